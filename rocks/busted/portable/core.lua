--- The runner: blocks (describe, it, ...) become a tree of elements, and the tree is executed.
--
-- An element is a table: descriptor ("suite", "file", "describe", "it", "pending", "before_each", ...),
-- name, run (the block's function), attributes, trace (where it stands), env (the globals that belong
-- to it), and while it runs starttime, endtime (seconds since 1970), starttick, endtick, duration
-- (seconds). A file's function is called when the file's turn comes, and registers what stands in it;
-- so does a describe block's.
local error, ipairs, load, package, pairs, rawget, rawset, select, setmetatable, tonumber, tostring, type =
  error, ipairs, load, package, pairs, rawget, rawset, select, setmetatable, tonumber, tostring, type
local _G = _G
local os = os
local open, random, randomseed = io.open, math.random, math.randomseed
local find, format, gsub = string.find, string.format, string.gsub
local concat, insert, remove, sort = table.concat, table.insert, table.remove, table.sort
local arguments = require "busted.portable.arguments"
local bindfenv = require "busted.portable.bindfenv"
local clock = require "busted.portable.clock"
local fixtures = require "busted.portable.fixtures"
local new_events = require("busted.portable.events").new
local new_luassert = require("busted.portable.luassert").new
local outcome = require "busted.portable.outcome"
local sandbox = require "busted.portable.sandbox"
local text = require "busted.portable.text"
local trace = require "busted.portable.trace"
local watch = require "busted.portable.watch"

-- What a block's word means: a descriptor; name: what the block is called without a name of its own;
-- env: "insulate" puts globals and loaded modules back after the block, "unwrap" lets globals set in it
-- belong to the block around it, "expose" to the one around that.
local WORDS = {
  describe = { "describe" },
  context = { "describe", name = "context" },
  insulate = { "describe", env = "insulate", name = "insulate" },
  expose = { "describe", env = "expose", name = "expose" },
  it = { "it" },
  spec = { "it", name = "spec" },
  test = { "it", name = "test" },
  pending = { "pending", optional = true },
  before_each = { "before_each", env = "unwrap" },
  after_each = { "after_each", env = "unwrap" },
  lazy_setup = { "lazy_setup", env = "unwrap" },
  lazy_teardown = { "lazy_teardown", env = "unwrap" },
  strict_setup = { "strict_setup", env = "unwrap" },
  strict_teardown = { "strict_teardown", env = "unwrap" },
  setup = { "strict_setup", env = "unwrap", name = "setup" },
  teardown = { "strict_teardown", env = "unwrap", name = "teardown" },
}

-- What stands in a describe block and is executed in turn; the rest are its helpers.
local EXECUTED = { file = true, describe = true, it = true, pending = true }

local function shuffle(list, seed)
  randomseed(seed)
  for i = #list, 2, -1 do
    local j = random(i)
    list[i], list[j] = list[j], list[i]
  end
end

local function sort_by_name(list)
  local place = {}
  for i, element in ipairs(list) do place[element] = i end
  sort(list, function(a, b)
    local name_a, name_b = a.name and tostring(a.name), b.name and tostring(b.name)
    if name_a and name_b and name_a ~= name_b then return name_a < name_b end
    if name_a and not name_b then return false end
    if name_b and not name_a then return true end
    return place[a] < place[b]
  end)
end

--- Makes a runner.
-- @tparam ?table options
--   timeout: seconds for each block (default 60, 0: no limit);
--   insulate: false: files are not insulated;
--   lazy: setup and teardown mean lazy_setup and lazy_teardown;
--   keep_going: false: the first failure or error ends the run;
--   shuffle_files, shuffle_tests, sort_files, sort_tests: the order; seed: an integer;
--   runs: how often the suite runs;
--   accept: accept(descriptor, full_name, name) -> whether a describe, it or pending block is wanted;
--   list: list(element, full_name) is called instead of running a test
-- @treturn table the runner: load(path), run(), and the API of `require "busted"` in its field api
local function new(options)
  options = options or {}
  local timeout = options.timeout or 60
  local events = new_events()
  local publish = events.publish
  local luassert = new_luassert(outcome.fail)

  local root = { descriptor = "suite", attributes = {}, env = {} }
  local parents, children = {}, { [root] = {} }
  local current = root
  local skip_all = false
  local randomize, seed = options.shuffle_tests, options.seed

  local runner = {}

  -- Globals of spec files: those of the current element and of the elements around it, then the real ones.

  local function lookup(_, key)
    local element = current
    while element do
      local env = element.env
      local value = env and rawget(env, key)
      if value ~= nil then return value end
      element = parents[element]
    end
    return _G[key]
  end

  local env = setmetatable({}, {
    __index = lookup,
    __newindex = function(_, key, value)
      current.env = current.env or {}
      current.env[key] = value
    end,
  })

  -- Makes what is set in an element belong to the element a number of levels up; beyond the suite, to
  -- the real globals.
  local function unwrap(element, levels)
    local target = element
    for _ = 1, levels do target = target and parents[target] end
    element.env = element.env or {}
    setmetatable(element.env, { __newindex = function(_, key, value)
      if not target then
        _G[key] = value
        return
      end
      target.env = target.env or {}
      target.env[key] = value
    end })
  end

  -- Entering and leaving elements. An element that is entered again inside itself changes nothing.

  local entered = {}  -- { previous element, saved globals or false }

  local function enter(element)
    local saved = false
    if current ~= element then
      local mode = element.attributes.envmode
      if mode == "insulate" then saved = sandbox.save()
      elseif mode == "unwrap" then unwrap(element, 1)
      elseif mode == "expose" then unwrap(element, 2) end
    end
    entered[#entered + 1] = { previous = current, saved = saved, same = current == element }
    current = element
  end

  local function leave()
    local frame = remove(entered)
    if not frame.same then
      if current.attributes.envmode == "expose" then
        -- What an exposed block has set outlives the block around it.
        for i = #entered, 1, -1 do
          if not entered[i].same then
            if entered[i].saved then entered[i].saved = sandbox.save() end
            break
          end
        end
      end
      if frame.saved then sandbox.restore(frame.saved) end
    end
    current = frame.previous
  end

  local function with_position(message, place)
    -- A stack that overflows while the time limit is looked at overflows in the test.
    message = gsub(text.message(message), "^[^\n]-busted/portable/watch%.lua:%d+: ", "")
    if find(message, "^[^\n]-:%d+: ") then return message end
    -- Joined without format, which would ask a metatable of strings that a test has changed.
    return place.short_src .. ":" .. format("%d", place.currentline) .. ": " .. message
  end

  -- Calls `run` as part of an element, and publishes what goes wrong in it.
  -- kind: "it" for the body of a test, where an assertion that does not hold is a failure; anywhere else
  -- it is an error, since no test can be blamed for it. limited: whether the time limit applies.
  local function guard(kind, element, run, limited)
    enter(element)
    local status, message, place = "success", nil, nil
    local stands = element.trace or { short_src = element.name or "?", source = "?", currentline = 0, what = "" }
    local handled = false
    if limited then publish({ "limit", "start" }, element, parents[element]) end
    local started = limited and watch.start(timeout)
    local function on_error(value)
      if limited then watch.release() end
      local kept
      status, kept = outcome.of(value)
      place = trace.capture(2, value, stands)
      if status ~= "pending" or kept ~= nil then message = with_position(kept, place) end
      handled = true
    end
    local ok, err = trace.protect(run, on_error)
    if ok and limited then ok, err = trace.protect(watch.check, on_error) end
    if limited then watch.stop(started) end
    if not ok then
      if not handled then
        -- Raised where no handler runs, or by it: out of memory, an error in the handling of an error.
        status, place = "error", stands
        message = with_position(err, place)
      end
      if status == "failure" and kind ~= "it" then status = "error" end
      -- What `lua` and the moonwire binary raise at Ctrl-C.
      if status == "error" and find(message, "^[^\n]*:%d+: interrupted!%f[\n\0]") then skip_all = true end
      publish({ status, element.descriptor }, element, parents[element], message, place)
    end
    leave()
    return status
  end

  -- Publishes the start or the end of an element; false where a subscriber failed.
  local function announce(kind, channel, element, ...)
    if channel[2] == "start" then
      element.starttick, element.starttime = clock.tick(), clock.now()
    elseif channel[2] == "end" then
      element.endtick, element.endtime = clock.tick(), clock.now()
      element.duration = element.starttick and element.endtick - element.starttick
    end
    local list = arguments.pack(...)
    return guard(kind, element, function()
      publish(channel, element, arguments.unpack(list))
    end) == "success"
  end

  -- The name of an element: those of all blocks around it and its own.
  local function full_name(element, name)
    local names = { name and tostring(name) }
    while element and element.descriptor ~= "file" and (element.name or element.descriptor) do
      insert(names, 1, tostring(element.name or element.descriptor))
      element = parents[element]
    end
    return concat(names, " ")
  end
  -- The suite has no name worth showing, and a test outside any file stands in it directly.
  runner.full_name = function(element) return full_name(element) end

  local function attach(element)
    parents[element] = current
    children[element] = {}
    insert(children[current], element)
    local list = current[element.descriptor]
    if not list then
      list = {}
      current[element.descriptor] = list
    end
    insert(list, element)
  end

  -- Words

  local function register(descriptor, attributes, name, run, place)
    if EXECUTED[descriptor] and descriptor ~= "file" and options.accept
      and not options.accept(descriptor, full_name(current, name), name and tostring(name) or "") then
      return
    end
    if skip_all then return end
    attach {
      descriptor = descriptor, attributes = attributes, name = name, run = run, trace = place,
    }
  end

  local function publisher(word, meaning)
    local descriptor = meaning[1]
    if options.lazy and (word == "setup" or word == "teardown") then descriptor = "lazy_" .. word end
    local attributes = { envmode = meaning.env }
    return function(name, run)
      if not run and type(name) == "function" then
        name, run = meaning.name, name
      elseif not run and meaning.optional then
        run = function() end
      end
      local place = trace.capture(2, name)
      if run then return register(descriptor, attributes, name, run, place) end
      -- it "name" (function() ... end)
      return function(body) return register(descriptor, attributes, name, body, place) end
    end
  end

  local words = {}
  for word, meaning in pairs(WORDS) do
    words[word] = publisher(word, meaning)
    root.env[word] = words[word]
  end
  for _, name in ipairs { "assert", "spy", "stub", "mock", "match" } do root.env[name] = luassert[name] end

  -- Inside tests and helpers no block can be opened.
  local function reject(element)
    element.env = element.env or {}
    local function forbid(word)
      rawset(element.env, word, function()
        error("'" .. word .. "' cannot stand inside " .. (EXECUTED[element.descriptor] and "a test" or "a helper block"), 2)
      end)
    end
    for word in pairs(words) do forbid(word) end
    forbid("randomize")
  end

  -- Helpers: setup, teardown, before_each, after_each

  local function run_helper(descriptor, element)
    reject(element)
    return guard(descriptor, element, element.run, true) == "success"
  end

  local function run_list(descriptor, element)
    local ok = true
    for _, helper in ipairs(element[descriptor] or {}) do
      if not run_helper(descriptor, helper) then ok = false end
    end
    return ok
  end

  -- The lazy_setup blocks of an element and of all around it, once each, the outermost first.
  local function lazy_setup(element)
    if parents[element] and not lazy_setup(parents[element]) then return false end
    if element.lazy_done == nil then element.lazy_done = run_list("lazy_setup", element) end
    return element.lazy_done
  end

  local function lazy_teardown(element)
    if element.lazy_done ~= nil then
      run_list("lazy_teardown", element)
      element.lazy_done = nil
    end
  end

  -- The before_each blocks, the outermost first. Also the element from which on inwards none has run:
  -- after_each blocks inside it must not run either.
  local function before_each(element)
    local parent = parents[element]
    if parent then
      local ok, reached = before_each(parent)
      if not ok then return false, reached end
    end
    return run_list("before_each", element), element
  end

  local function after_each(element)
    while element do
      run_list("after_each", element)
      element = parents[element]
    end
  end

  local function worse(status, new_status)
    if status == "success" or status == "pending" and new_status ~= "success" then return new_status end
    return status
  end

  local execute

  -- The inside of a file or a describe block: what stands in it registers itself, then it is executed.
  local function execute_block(kind, element)
    element.env = element.env or {}
    local shuffled, own_seed = randomize, seed
    rawset(element.env, "randomize", function(...)
      local first, second = ...
      shuffled = select("#", ...) == 0 or first
      if shuffled then own_seed = tonumber(first) or tonumber(second) or own_seed end
    end)
    if guard(kind, element, element.run, true) ~= "success" then return end
    if options.sort_tests then
      sort_by_name(children[element])
    elseif shuffled then
      element.randomseed = own_seed
      shuffle(children[element], own_seed)
    end
    if options.list or run_list("strict_setup", element) then execute(element) end
    if options.list then return end
    lazy_teardown(element)
    run_list("strict_teardown", element)
  end

  local function block(kind)
    return function(element)
      local parent = parents[element]
      if announce(kind, { kind, "start" }, element, parent) then execute_block(kind, element) end
      announce(kind, { kind, "end" }, element, parent)
    end
  end

  local executors = { file = block "file", describe = block "describe" }

  function executors.it(element)
    local parent = parents[element]
    if options.list then return options.list(element, full_name(element)) end
    if not lazy_setup(parent) then return end
    reject(element)
    local finally
    rawset(element.env, "finally", function(run) finally = run end)
    rawset(element.env, "pending", outcome.pending)

    local ready, reached = before_each(parent)
    if ready then
      local status = "error"
      if announce("test", { "test", "start" }, element, parent) then
        status = guard("it", element, element.run, true)
        if finally then
          rawset(element.env, "pending", function()
            error("'pending' cannot stand inside finally", 2)
          end)
          status = worse(status, guard("finally", element, finally, true))
        end
      end
      announce("test", { "test", "end" }, element, parent, status)
    end
    after_each(reached)
  end

  function executors.pending(element)
    local parent = parents[element]
    if options.list then return options.list(element, full_name(element)) end
    local status = "pending"
    if not announce("it", { "test", "start" }, element, parent) then status = "error" end
    announce("it", { "test", "end" }, element, parent, status)
  end

  function execute(element)
    for _, child in ipairs(children[element]) do
      local executor = executors[child.descriptor]
      if executor and not skip_all then
        guard(child.descriptor, child, function() executor(child) end)
      end
    end
  end

  events.subscribe({ "error" }, function()
    skip_all = skip_all or options.keep_going == false
    return nil, true
  end)
  events.subscribe({ "failure" }, function()
    skip_all = skip_all or options.keep_going == false
    return nil, true
  end)

  local api = {
    version = "2.1.1",
    publish = publish, subscribe = events.subscribe, unsubscribe = function(id) return events.unsubscribe(id) end,
    fail = function(message, level) return outcome.fail(message, level and level + 1) end,
    pending = outcome.pending, bindfenv = bindfenv,
    gettime = clock.now, monotime = clock.tick, sleep = clock.sleep,
    parent = function(element) return parents[element] end,
    children = function(element) return children[element] or {} end,
  }
  for name, value in pairs(root.env) do api[name] = value end

  --- What `require "busted"` gives in specs; it cannot be changed there.
  runner.api = setmetatable({}, {
    __index = api,
    __newindex = function(_, key) error("busted." .. tostring(key) .. " cannot be set", 2) end,
  })
  --- What else `require` gives in specs, by name.
  runner.modules = { ["busted.runner"] = function() return function() end end, ["busted.fixtures"] = fixtures }
  for name, module in pairs(luassert.modules) do runner.modules[name] = module end
  runner.modules.busted = runner.api
  runner.luassert = luassert
  runner.publish, runner.subscribe = publish, events.subscribe

  --- Reports something that is no element's error: a path that is not there.
  -- @tparam string name what it is about
  -- @tparam string message
  function runner.report(name, message)
    publish({ "error", "runner" }, { descriptor = "runner", name = name, attributes = {} }, nil, message, {})
  end

  --- Adds a spec file. One that cannot be read or compiled is reported at once.
  -- @tparam string path
  -- @treturn boolean
  function runner.load(path)
    local function complain(message)
      publish({ "error", "file" }, { descriptor = "file", name = path, attributes = {} }, nil, message, {})
      return false
    end
    local file, err = open(path, "rb")
    if not file then return complain(err) end
    local source
    source, err = file:read("a")
    file:close()
    if not source then return complain(path .. ": " .. tostring(err)) end
    source = source:gsub("^\239\187\191", ""):gsub("^#[^\n]*", "")
    local chunk
    chunk, err = load(source, "@" .. path, "t", env)
    if not chunk then return complain(err) end
    attach {
      descriptor = "file", name = path, run = chunk,
      attributes = { envmode = options.insulate ~= false and "insulate" or nil },
    }
    return true
  end

  -- Forgets what the files have registered, so that they can run again.
  local function reset()
    local files = children[root]
    parents, children = {}, { [root] = files }
    for _, file in ipairs(files) do
      for descriptor in pairs(WORDS) do file[descriptor] = nil end
      file.env, file.lazy_done = nil, nil
      parents[file], children[file] = root, {}
    end
  end

  --- Lets `require` give the runner's own busted, luassert and say, and makes os.exit an error: who ends the
  -- process ends the report with it, perhaps with status 0.
  -- @treturn function puts everything back
  function runner.install()
    local exit = os.exit
    os.exit = function(status) -- luacheck: ignore 122
      error("os.exit(" .. (status == nil and "" or tostring(status)) .. ") would end the whole run", 2)
    end
    local before = {}
    for name, module in pairs(runner.modules) do
      before[name] = package.loaded[name] or false
      package.loaded[name] = module
    end
    return function()
      os.exit = exit -- luacheck: ignore 122
      for name, module in pairs(before) do package.loaded[name] = module or nil end
    end
  end

  --- Runs all files that were added.
  function runner.run()
    local restore = runner.install()
    local release = watch.coroutines()
    local runs = options.runs or 1
    for i = 1, runs do
      if i > 1 then
        reset()
        announce("suite", { "suite", "reset" }, root, i, runs)
      end
      if options.sort_files then
        sort_by_name(children[root])
      elseif options.shuffle_files then
        root.randomseed = seed
        shuffle(children[root], seed)
      end
      if announce("suite", { "suite", "start" }, root, i, runs, randomize and seed or nil) then
        if options.list or run_list("strict_setup", root) then execute(root) end
        if not options.list then
          lazy_teardown(root)
          run_list("strict_teardown", root)
        end
      end
      announce("suite", { "suite", "end" }, root, i, runs)
      if skip_all then break end
    end
    release()
    publish({ "exit" })
    restore()
  end

  return runner
end

return { new = new }
