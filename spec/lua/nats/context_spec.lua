local context = require "nats.context"
local errors = require "nats.errors"
local options = require "nats.options"
local private = require "nats.private"
local server = require "spec.support.server"

describe("contexts of natscli", function()
  local folder

  local function write(name, text)
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
  end

  --- os.getenv of a user whose configuration is in the folder.
  local function getenv(more)
    return function(name)
      local values = { XDG_CONFIG_HOME = folder, HOME = "/home/ann", KEYS = "/keys" }
      if more and more[name] then return more[name] end
      return values[name]
    end
  end

  before_each(function()
    folder = server.folder()
    os.execute("mkdir -p " .. folder .. "/nats/context")
    write("nats/context/work.json", [[{"description":"","url":"nats://work:4333","creds":"$KEYS/${KEYS}/w.creds",
      "ca":"~/ca.pem","user_jwt":"","inbox_prefix":"_I.w","tls_first":true,"nsc":"","socks_proxy":""}]])
    write("nats/context/home.json", '{"url":"nats://home:4333","user":"ann","password":"s3cr3t"}')
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  it("are read by name", function()
    local found = assert(context.load("work", getenv()))
    assert.are.same({
      url = "nats://work:4333", creds = "/keys//keys/w.creds", tls_ca = "/home/ann/ca.pem", inbox_prefix = "_I.w",
      tls_first = true, context_file = folder .. "/nats/context/work.json",
    }, found)
  end)

  it("are read from a file that is named", function()
    assert.are.equal("ann", context.load(folder .. "/nats/context/home.json", getenv()).user)
  end)

  it("have one that is selected", function()
    assert.are.same({}, context.load(nil, getenv()))
    write("nats/context.txt", "home\n")
    assert.are.equal("nats://home:4333", context.load(nil, getenv()).url)
  end)

  it("are refused when they are not there, or hold what we cannot do", function()
    write("nats/context/bad.json", '{"url":')
    write("nats/context/nsc.json", '{"nsc":"nsc://a/b/c"}')
    write("nats/context/ref.json", '{"creds":"nsc://a/b/c"}')
    write("nats/context/socks.json", '{"socks_proxy":"socks5://u:s3cr3t@a:1"}')
    write("nats/context/type.json", '{"user":5}')
    for name, text in pairs {
      missing = "No such file or directory", bad = "is no JSON object",
      nsc = "its field nsc is not supported: `nsc generate creds` writes a file",
      socks = "its field socks_proxy is not supported: SOCKS is not spoken",
      ref = "its field creds is a reference (nsc://...), which is not supported: `nsc generate creds` writes a file",
      type = "its field user must be a string", ["../home"] = "a name has no /",
    } do
      local found, err = context.load(name, getenv())
      assert.is_nil(found)
      assert.is_true(err == errors.configuration)
      assert.is_truthy(tostring(err):find(text, 1, true), tostring(err))
    end
  end)

  it("and the environment have no SOCKS proxy that would be passed by", function()
    local found, err = options.resolve({}, nil, nil, 1, getenv { NATS_SOCKS_PROXY = "socks5://u:s3cr3t@a:1" })
    assert.is_nil(found)
    assert.is_true(err == errors.configuration)
    assert.is_truthy(tostring(err):find("NATS_SOCKS_PROXY in the environment: SOCKS is not spoken here", 1, true), tostring(err))
    assert.is_nil(tostring(err):find("s3cr3t", 1, true))
  end)

  it("give way to the environment, and that to the script", function()
    local function resolved(given, more) return assert(options.resolve(given, nil, nil, 1, getenv(more))) end
    local out = resolved({}, { NATS_CONTEXT = "home" })
    assert.are.equal("home", out.servers[1].host)
    assert.are.equal("s3cr3t", out.password)
    out = resolved({}, { NATS_CONTEXT = "home", NATS_URL = "nats://other" })
    assert.are.equal("other", out.servers[1].host)
    assert.are.equal("ann", out.user)
    out = resolved({ token = "t" }, { NATS_CONTEXT = "home" })
    assert.are.equal("t", out.token)
    assert.is_nil(out.user)
    out = resolved({ context = "home" }, { NATS_URL = "nats://other", NATS_TOKEN = "t" })
    assert.are.equal("home", out.servers[1].host)
    assert.is_nil(out.token)
  end)

  it("keep the selected one's secrets for its own servers", function()
    write("nats/context.txt", "home")
    assert.are.equal("ann", options.resolve({}, nil, nil, 1, getenv()).user)
    assert.is_nil(options.resolve("nats://elsewhere", nil, nil, 1, getenv()).user)
  end)

  it("say who we are in one way, the first of user, creds, nkey, jwt and seed", function()
    local all = { user = "u", password = "p", creds = "c", nkey = "n", jwt = "j", seed = "s", token = "t" }
    local out = options.resolve(all, nil, nil, 1, getenv())
    assert.are.same({ "u", "p", "t" }, { out.user, out.password, out.token })
    assert.is_nil(out.creds or out.nkey or out.jwt or out.seed)
    out = options.resolve({ nkey = "n", seed = "s" }, nil, nil, 1, getenv())
    assert.are.equal("n", out.nkey)
    assert.is_nil(out.seed)
  end)

  it("and other secrets that others can read are warned about", function()
    write("open.creds", "x")
    write("closed.nkey", "x")
    os.execute(("chmod 644 %s/open.creds && chmod 600 %s/closed.nkey"):format(folder, folder))
    local list = private.warnings { creds = folder .. "/open.creds", nkey = folder .. "/closed.nkey" }
    assert.are.same({ ("creds %s/open.creds: others can read this file (rw-r--r--); chmod 600 keeps it secret"):format(folder) }, list)
  end)
end)
