--- `moonwire topology`: files, and servers that run with them.
local moonwire = require "spec.support.moonwire"
local nats = require "nats"
local server = require "spec.support.server"
local shell = require "spec.support.shell"

local TABLE = [[
return {
  name = "mill", tls = { folder = "tls" }, variables = "passwords.conf",
  sites = {
    { name = "A", address = "ADDRESS.1", servers = { "a1", "a2", "a3" } },
    { name = "B", address = "ADDRESS.2", servers = { "b1" } },
  },
  leaves = { { name = "laptop", site = "A", account = "APP", port = PORT } },
  accounts = {
    APP = { users = { { user = "doc", password = "$DOC" }, { user = "guest", password = "$GUEST", permissions = { publish = "hello" } } } },
    SYS = { system = true, users = { { user = "admin", password = "$ADMIN" } } },
  },
}
]]

local PASSWORDS = 'DOC: "1234"\nGUEST: "with \\"quotes\\""\nADMIN: "a$b"\n'

-- A certificate of its own authority, as docs/topology.md makes them.
local CERTIFICATES = [[
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mill -keyout ca.key -out ca.pem
while read -r name names; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr"
  printf 'subjectAltName=%s\n' "$names" > "$name.ext"
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "$name.ext" -out "$name.pem"
done
]]

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

describe("moonwire topology", function()
  local folder

  before_each(function() folder = server.folder() end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  local function command(title, test)
    it(title, function()
      if not moonwire.command then return pending(moonwire.reason) end
      test()
    end)
  end

  -- A table of one site on loopback.
  local function small() write(folder .. "/small.lua", 'return { sites = { { name = "here", servers = { "one", "two" } } } }') end

  command("writes a file for each server and a picture beside the table", function()
    small()
    local said, status = moonwire.run("topology " .. folder .. "/small.lua")
    assert.are.equal(0, status, said)
    assert.are.same({ "one.conf", "small.lua", "topology.svg", "two.conf" }, shell.lines("ls " .. folder))
    assert.is_truthy(said:find("one%s+here%s+nats://127.0.0.1:4222"))
  end)

  command("leaves alone what it would write again, and what it did not write", function()
    small()
    moonwire.run("topology " .. folder .. "/small.lua")
    local said = moonwire.run("topology " .. folder .. "/small.lua")
    assert.is_truthy(said:find("unchanged  " .. folder .. "/one.conf", 1, true), said)
    write(folder .. "/two.conf", "port: 4333\n")
    local status
    said, status = moonwire.run("topology " .. folder .. "/small.lua")
    assert.are.equal(1, status)
    assert.is_truthy(said:find("two.conf is there and was not written by this command", 1, true), said)
    assert.are.equal("port: 4333\n", read(folder .. "/two.conf"))
  end)

  command("writes nothing with --check, and says what is wrong with the table's place", function()
    write(folder .. "/wrong.lua", 'return { sites = { { name = "here", server = { "one" } } } }')
    local said, status = moonwire.run("topology --check " .. folder .. "/wrong.lua")
    assert.are.equal(1, status)
    assert.is_truthy(said:find('wrong.lua: sites[1].server: unknown key, did you mean "servers"?', 1, true), said)
    assert.are.same({ "wrong.lua" }, shell.lines("ls " .. folder))
  end)

  command("lets a table compute but not act", function()
    write(folder .. "/acts.lua", 'io.open("x", "w")\nreturn {}')
    local said, status = moonwire.run("topology " .. folder .. "/acts.lua")
    assert.are.equal(1, status)
    assert.is_truthy(said:find("acts.lua:1: attempt to index a nil value", 1, true), said)
  end)

  command("tells misuse from a wrong table by its status", function()
    for arguments, expected in pairs {
      ["topology"] = 2, ["topology --nonsense x.lua"] = 2, ["topology a.lua b.lua"] = 2, ["topology --help"] = 0,
      ["topology /nonexistent.lua"] = 1,
    } do
      assert.are.equal(expected, (select(2, moonwire.run(arguments))), arguments)
    end
  end)

  describe("and servers that run with what it writes", function()
    local pids, port

    before_each(function() pids = {} end)
    after_each(function()
      for _, pid in pairs(pids) do os.execute("kill " .. pid .. " 2> /dev/null") end
    end)

    -- Starts one; its first line is that clients can connect.
    local function start(name)
      local binary = shell.read("realpath " .. (os.getenv "MOONWIRE_BIN" or "bin/moonwire"))
      os.execute(("cd %s && { %s serve --config %s.conf > %s.log 2>&1 < /dev/null & echo $! > %s.pid; }"):format(
        folder, binary, name, name, name))
      pids[name] = read(folder .. "/" .. name .. ".pid"):match "%d+"
    end

    local function await(what, seconds, test)
      for _ = 1, seconds * 10 do
        if test() then return true end
        os.execute "sleep 0.1"
      end
      local logs = shell.read("cd " .. folder .. " && tail -n 5 *.log")
      error(("%s did not come within %d s:\n%s"):format(what, seconds, logs))
    end

    local function free_port()
      local one = server.start "debug: false"
      one.stop()
      return one.port
    end

    command("cluster, gateway, leaf node and accounts let in who belongs, and nobody else", function()
      if not shell.which "openssl" then return pending "openssl is not here to make certificates with" end
      -- All of 127/8 is this machine: a pair of addresses of one's own, so that ports are free.
      math.randomseed(os.time() + tonumber((shell.read "echo $$")))
      local address = ("127.%d.%d"):format(math.random(1, 250), math.random(0, 255))
      port = free_port()
      write(folder .. "/mill.lua", (TABLE:gsub("ADDRESS", address):gsub("PORT", tostring(port))))
      write(folder .. "/passwords.conf", PASSWORDS)
      os.execute("mkdir " .. folder .. "/tls")
      write(folder .. "/make", CERTIFICATES)
      local said, status = moonwire.run("topology " .. folder .. "/mill.lua")
      assert.are.equal(0, status, said)
      said = moonwire.run("topology --certificates " .. folder .. "/mill.lua")
      write(folder .. "/names", said .. "\n")
      said, status = shell.read(("cd %s/tls && sh ../make < ../names 2>&1"):format(folder))
      assert.are.equal(0, status, said)
      for _, name in ipairs { "a1", "a2", "a3", "b1", "laptop" } do start(name) end
      for _, name in ipairs { "a1", "a2", "a3", "b1", "laptop" } do
        await(name, 15, function() return read(folder .. "/" .. name .. ".log"):find("listening on", 1, true) end)
      end

      -- On the author's machine: no name, no TLS, and so in every engine.
      local nc = assert(nats.connect("nats://127.0.0.1:" .. port, { timeout = 2 }))
      -- At B, over TLS where this engine has it: else its peer is at A's leaf, too.
      local far = nats.connect { url = "tls://" .. address .. ".2:4222", user = "doc", password = "1234",
        tls_ca = folder .. "/tls/ca.pem", connect_timeout = 5 }
      local peer = far or assert(nats.connect("nats://127.0.0.1:" .. port))
      local asked = peer:subscribe("hello")
      assert.is_true(peer:flush(5))
      -- Interest travels over the gateway and the leaf node when they have come to be.
      local message
      await("the answer from the other side", 15, function()
        nc:publish("hello", "from the laptop")
        nc:flush(1)
        message = asked:next(0.5)
        return message
      end)
      assert.are.equal("from the laptop", message.data)

      -- Who holds no certificate of the other servers is no route, no gateway and no leaf node.
      write(folder .. "/tls/list", "eve DNS:eve\n")
      said, status = shell.read(([[cd %s/tls && sed '/x509 -newkey/d;/^openssl req -x509/d' ../make > ../make2
        sh ../make2 < list 2>&1]]):format(folder))
      assert.are.equal(0, status, said)
      local log = function() return read(folder .. "/a1.log") end
      write(folder .. "/eve.conf", ([[
listen: "127.0.0.1:-1"
server_name: eve
gateway { name: "B", listen: "127.0.0.1:-1", tls { cert_file: tls/eve.pem, key_file: tls/eve.key, ca_file: tls/ca.pem }
  gateways: [ { name: A, urls: ["tls://%s.1:7222"] } ] }
]]):format(address))
      assert.is_nil(log():find("authentication error", 1, true), log())
      start "eve"
      await("the refusal of a false gateway", 15, function() return log():find("authentication error", 1, true) end)

      -- Without TLS, or without a name, nothing is open.
      if far then
        local open, why = nats.connect { url = "tls://" .. address .. ".1:4222", tls_ca = folder .. "/tls/ca.pem",
          connect_timeout = 5, allow_reconnect = false }
        assert.is_nil(open)
        assert.is_truthy(tostring(why):lower():find("auth", 1, true), tostring(why))
        far:close()
      end
      nc:close()
    end)
  end)
end)
