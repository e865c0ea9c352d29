-- Our cjson and dkjson beside the genuine ones, where the engine has these: generated values and damaged texts.
-- A failure tells the seed; MOONWIRE_SEED=N in the environment repeats that run.

local rock = require "spec.support.rock"
local values = require "spec.support.values"

local COUNT = 3000

-- What is known to differ, and why: the reason, or nil.
local EXCUSES = {
  dkjson = function(text)
    -- dkjson takes "\u 12f" for an escape, because tonumber skips blanks and takes a sign.
    return text:find("\\u%x*[%s+-]") and "blanks and signs among the digits of an escape"
  end,
  -- Ours keeps integers of 64 bits, Debian's makes floats of them.
  cjson = function(text)
    return text:find(("%d"):rep(16)) and "integers beyond 2^53"
  end,
}

-- A message without the position in the source that raised it.
local function plain(result)
  return type(result) == "string" and result:gsub("^[^:]*:%d+: ", "") or result
end

local function decoded(codec, text)
  local fine, value, position, message = pcall(codec.decode, text)
  return { fine = fine, value = value, position = position, message = message }
end

local function alike(a, b, genuine, ours)
  if a.fine ~= b.fine then return false end
  if not a.fine then return plain(a.value) == plain(b.value) end
  return a.position == b.position and a.message == b.message and values.alike(a.value, b.value, genuine.null, ours.null)
end

for _, name in ipairs { "cjson", "dkjson" } do
  local genuine, ours = rock.genuine(name), rock.ours(name)
  local seed = tonumber(os.getenv("MOONWIRE_SEED")) or os.time()

  describe(name .. " beside the genuine one", function()
    local random
    before_each(function() random = values.random(seed) end)
    local function absent() return not genuine and pending("this engine has no " .. name .. " of its own") end

    it("writes the same texts", function()
      if absent() then return end
      for _ = 1, COUNT do
        local value = values.value(random, 4, nil, true)
        local _, theirs = pcall(genuine.encode, value)
        local _, text = pcall(ours.encode, value)
        if plain(theirs) ~= plain(text) then assert.equal(theirs, text, "MOONWIRE_SEED=" .. seed) end
      end
    end)

    it("reads the same texts alike, whole ones and damaged ones", function()
      if absent() then return end
      for i = 1, COUNT do
        local text = ours.encode(values.value(random, 4, ours.null))
        if i % 2 == 0 then text = values.damaged(random, text) end
        if not EXCUSES[name](text) then
          local a, b = decoded(genuine, text), decoded(ours, text)
          if not alike(a, b, genuine, ours) then
            assert.same(a, b, ("MOONWIRE_SEED=%d, text %q"):format(seed, text))
          end
        end
      end
    end)
  end)
end
