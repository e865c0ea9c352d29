-- Short forms: ports, volumes, commands.
local files = require "compose.files"
local ports = require "compose.ports"
local volumes = require "compose.volumes"
local words = require "compose.words"

-- "ip published target protocol" of each port.
local function shown(text)
  local list = {}
  for i, port in ipairs(assert(ports.parse(text))) do
    list[i] = ("%s %s %d %s"):format(port.host_ip or "-", port.published or "-", port.target, port.protocol)
  end
  return table.concat(list, ", ")
end

describe("a port", function()
  it("has a target, and may have a published port, an address and a protocol", function()
    assert.equal("- - 80 tcp", shown "80")
    assert.equal("- - 80 udp", shown "80/udp")
    assert.equal("- 8080 80 tcp", shown "8080:80")
    assert.equal("127.0.0.1 8080 80 sctp", shown "127.0.0.1:8080:80/SCTP")
    assert.equal("127.0.0.1 - 80 tcp", shown "127.0.0.1::80")
    assert.equal("::1 1 2 tcp", shown "[::1]:1:2")
  end)

  it("may be a range, which is as many ports", function()
    assert.equal("- - 3000 tcp, - - 3001 tcp", shown "3000-3001")
    assert.equal("- 1 3 tcp, - 2 4 tcp", shown "1-2:3-4")
    assert.equal("- 8000-8010 80 tcp", shown "8000-8010:80")
  end)

  it("is refused where it is none", function()
    for _, text in ipairs { "", ":", "x", "80:x", "70000", "2-1", "1.2.3:1:1", "::1:1:1", "1-2:1-3", "80/x", "999.1.1.1:1:1", "80:" } do
      assert.is_nil((ports.parse(text)))
    end
  end)
end)

describe("an IP address", function()
  it("is IPv4 or IPv6", function()
    for _, text in ipairs { "1.2.3.4", "255.255.255.255", "::", "::1", "1::", "fe80::1", "2001:db8:0:0:0:0:0:1", "::ffff:1.2.3.4" } do
      assert.is_true(ports.is_address(text))
    end
  end)

  it("is nothing else", function()
    for _, text in ipairs {
      "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "localhost", ":", ":::", "1::2::3", "g::1", "1:2:3", "12345::",
    } do
      assert.is_false(ports.is_address(text))
    end
  end)
end)

describe("a volume", function()
  local function parts(text)
    local volume = assert(volumes.parse(text))
    return ("%s %s %s%s"):format(volume.type, volume.source or "-", volume.target, volume.read_only and " ro" or "")
  end

  it("is anonymous, named, or a path of the host", function()
    assert.equal("volume - /data", parts "/data")
    assert.equal("volume named /data", parts "named:/data")
    assert.equal("bind /a /b ro", parts "/a:/b:ro")
    assert.equal("bind ./a /b", parts "./a:/b:rw")
    assert.equal("bind ~/a /b", parts "~/a:/b")
    assert.equal("bind C:/a /b", parts "C:/a:/b")
  end)

  it("has options", function()
    assert.equal("rslave", volumes.parse("/a:/b:ro,rslave").bind.propagation)
    assert.equal("Z", volumes.parse("/a:/b:Z").bind.selinux)
    assert.is_true(volumes.parse("named:/b:nocopy").volume.nocopy)
    assert.is_true(volumes.parse("/a:/b").bind.create_host_path)
    assert.same({ "odd" }, volumes.unknown_options "/a:/b:ro,odd,z")
  end)

  it("is refused with empty parts or too many", function()
    for _, text in ipairs { "", ":/data", "/data:", "/a::ro", "/a:/b:ro:x" } do assert.is_nil((volumes.parse(text))) end
  end)
end)

describe("a command", function()
  it("is divided as a shell does", function()
    assert.same({ "a", "b c", "d" }, words.split [[a "b c" d]])
    assert.same({ "a b", "", "it's" }, words.split [['a b' "" "it's"]])
    assert.same({ "a b", "\\n" }, words.split [[a\ b '\n']])
    assert.same({ "$(date +%s)", "`x y`" }, words.split "$(date +%s) `x y`")
    assert.same({}, words.split "  ")
  end)

  it("ends at an operator, and says so", function()
    local list, lost = words.split "a && b"
    assert.same({ "a" }, list)
    assert.matches('so "&" and what follows is left out', lost)
  end)

  it("is refused where a quote is open", function()
    for _, text in ipairs { 'a "b', "a 'b", "a\\", "(a)", "a)", "$(a", "`a" } do assert.is_nil((words.split(text))) end
  end)
end)

describe("a path", function()
  it("is cleaned", function()
    for path, clean in pairs {
      ["/a/../b"] = "/b", ["a/./b/"] = "a/b", ["../x"] = "../x", ["a/../.."] = "..", ["/.."] = "/", ["//a"] = "/a",
      [""] = ".", ["./"] = ".",
    } do
      assert.equal(clean, files.clean(path))
    end
  end)

  it("is joined, divided and told from a folder", function()
    assert.equal("/b/c", files.join("/a", "../b/c"))
    assert.equal("/x", files.join("/a", "/x"))
    assert.equal("/a", files.folder "/a/b")
    assert.equal("/", files.folder "/a")
    assert.equal("b", files.base "/a/b/")
    assert.equal("directory", files.kind "spec")
    assert.equal("file", files.kind "spec/compose/environment.json")
    assert.is_nil(files.kind "spec/nothing")
  end)
end)
