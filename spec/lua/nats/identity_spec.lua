--- Who a client says it is, before servers that ask: users with passwords, tokens, keys, JWTs.
local nats = require "nats"
local program = require "spec.support.program"
local server = require "spec.support.server"
local support = require "spec.lua.nats.support"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

describe("identities", function()
  local folder, reason, servers

  setup(function()
    local secrets, why = program.build("secrets", "./secrets")
    if not secrets then
      reason = why
      return
    end
    folder = server.folder()
    assert(os.execute(secrets .. " " .. folder))
    servers = server.start_all {
      jwt = read(folder .. "/server.conf"),
      nkey = read(folder .. "/nkey.conf"),
      user = 'authorization { user: "ann", password: "s3cr3t:pw" }',
      token = 'authorization { token: "t0k3n" }',
    }
  end)

  teardown(function()
    for _, one in pairs(servers or {}) do one.stop() end
    if folder then os.execute("rm -rf " .. folder) end
  end)

  for _, network in ipairs(support.networks { no_server = true }) do
    describe("over the " .. network.name .. " transport", function()
      local it = network.it(it, function(why) pending(why) end)

      local function connect(which, options)
        options.transport, options.no_randomize = network.name, true
        options.url = options.url or "nats://127.0.0.1:" .. servers[which].port
        options.on_error = options.on_error or function() end
        return nats.connect(options)
      end

      --- A test in which options are enough for a server.
      local function admitted(title, which, make)
        it(title, function()
          if reason then return pending(reason) end
          local nc, err = connect(which, make())
          assert.is_nil(err and tostring(err))
          assert.is_true(nc:flush(5))
          nc:close()
        end)
      end

      admitted("a user and a password are enough", "user", function() return { user = "ann", password = "s3cr3t:pw" } end)
      admitted("a token is enough", "token", function() return { token = "t0k3n" } end)
      admitted("a user in the URL is enough", "user", function()
        return { url = ("nats://ann:s3cr3t%%3Apw@127.0.0.1:%d"):format(servers.user.port) }
      end)
      admitted("a token in the URL is enough", "token", function()
        return { url = ("nats://t0k3n@127.0.0.1:%d"):format(servers.token.port) }
      end)
      admitted("a file of credentials is enough", "jwt", function() return { creds = folder .. "/user.creds" } end)
      admitted("a JWT and its seed are enough", "jwt", function()
        return { jwt = read(folder .. "/user.jwt"), seed = read(folder .. "/user.seed") }
      end)
      admitted("a file with a key's seed is enough", "nkey", function() return { nkey = folder .. "/nkey.seed" } end)
      admitted("a key's seed is enough", "nkey", function() return { seed = read(folder .. "/nkey.seed") } end)
      admitted("a context of natscli is enough", "jwt", function()
        local path = folder .. "/context.json"
        write(path, ('{"url":"nats://127.0.0.1:%d","creds":"%s/user.creds"}'):format(servers.jwt.port, folder))
        return { context = path, url = "nats://127.0.0.1:" .. servers.jwt.port }
      end)

      it("others are refused, and no secret is told", function()
        if reason then return pending(reason) end
        local creds, seed = read(folder .. "/other.creds"), read(folder .. "/user.seed")
        write(folder .. "/torn.creds", creds:sub(1, 300))
        write(folder .. "/noise.creds", "-----BEGIN NATS USER JWT-----\nhunter2.hunter2.hunter2\n------END NATS USER JWT------\n"
          .. "-----BEGIN USER NKEY SEED-----\nSUhunter2\n------END USER NKEY SEED------\n")
        local secrets = { "s3cr3t", "t0k3n", "hunter2", seed:sub(1, 20),
          creds:match("ey[%w_.-]+"):sub(-40), creds:match("\n(SU%w+)"):sub(1, 20) }
        for what, try in pairs {
          ["a wrong password"] = { "user", { user = "ann", password = "hunter2" } },
          ["no password"] = { "user", {} },
          ["a wrong token"] = { "token", { token = "hunter2" } },
          ["a stranger's credentials"] = { "jwt", { creds = folder .. "/other.creds" } },
          ["torn credentials"] = { "jwt", { creds = folder .. "/torn.creds" } },
          ["credentials that are none"] = { "jwt", { creds = folder .. "/noise.creds" } },
          ["no such file"] = { "jwt", { creds = folder .. "/none.creds" } },
          ["a key that the server does not know"] = { "nkey", { seed = seed } },
          ["a seed that is none"] = { "nkey", { seed = "SUhunter2" } },
          ["a JWT for a server of keys"] = { "nkey", { jwt = read(folder .. "/user.jwt"), seed = seed } },
        } do
          local nc, err = connect(try[1], try[2])
          assert.is_nil(nc, what)
          assert.is_true(err == nats.errors.authorization or err == nats.errors.configuration, what .. ": " .. tostring(err))
          for _, secret in ipairs(secrets) do assert.is_nil(tostring(err):find(secret, 1, true), what .. ": " .. tostring(err)) end
        end
      end)

      it("are kept out of what a client tells of itself and of its failures", function()
        if reason then return pending(reason) end
        local said = {}
        local nc = assert(connect("jwt", { creds = folder .. "/user.creds", on_error = function(err) said[#said + 1] = tostring(err) end }))
        nc:subscribe("x", function() error(tostring(nc)) end)
        nc:publish("x", "")
        nc:flush(5)
        local ok, raised = pcall(nats.connect, { token = 5, password = "s3cr3t", url = {} })
        said[#said + 1] = tostring(ok) .. tostring(raised)
        said[#said + 1] = tostring(select(2, pcall(nats.connect, { passwrd = "s3cr3t" })))
        said[#said + 1] = tostring(nc) .. tostring(nc.transport)
        nc:close()
        said[#said + 1] = tostring(nc)
        local all, seed = table.concat(said, "\n"), read(folder .. "/user.seed")
        for _, secret in ipairs { "s3cr3t", seed:sub(1, 20), read(folder .. "/user.jwt"):sub(-40) } do
          assert.is_nil(all:find(secret, 1, true), all)
        end
        assert.is_true(#said >= 4)
      end)

      it("are warned about when others can read their files", function()
        if reason then return pending(reason) end
        local path, said = folder .. "/" .. network.name .. ".creds", {}
        write(path, read(folder .. "/user.creds"))
        os.execute("chmod 644 " .. path)
        local nc = assert(connect("jwt", { creds = path, on_error = function(err) said[#said + 1] = tostring(err) end }))
        nc:close()
        assert.are.equal(1, #said)
        assert.is_truthy(said[1]:find(path .. ": others can read this file", 1, true), said[1])
      end)
    end)
  end
end)
