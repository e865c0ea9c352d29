-- Lua's patterns matched in Lua, beside the string library.
local patterns = require "compose.patterns"

-- Every part that a pattern can have, on texts that match and that do not.
local PATTERNS = {
  "", "a", "a.c", "^a", "^(a*)(.-)b$", "[abc]+", "[^abc]+", "[a-c1-3]*", "[]]", "[^]]+", "[%]%-]+", "%d+", "%D+", "%a?%d",
  "(a)(b)?", "()b()", "%b()", "%b<>x", "%f[%w]%w+", "%f[%W]",
  "(.)%1", "(a(b(c)))", "-", "a-", "a-$", "[a-]", "$", "^$", "%.", "%%", ".-b", "x*",
  "(x*)",   "%s*(%S+)%s*", "^%s*(.-)%s*$", "\0", "[%z\0]", "%g+", "a$b", "a^b", "[%a_][%w_]*",
}
local TEXTS = { "", "a", "abc", "aabbcc112", "  two words  ", "(a(b)c)(", "<<>>x", "a-b-c",
  "a]b", "x=1, y = 22", "a\0b", "%20", "a.b", "a$b^c" }

local function all(iterator)
  local list = {}
  for first, second in iterator do list[#list + 1] = { first, second } end
  return list
end

describe("patterns matched in Lua find what the string library finds:", function()
  for _, pattern in ipairs(PATTERNS) do
    it(("%q"):format(pattern), function()
      for _, text in ipairs(TEXTS) do
        for _, init in ipairs { 1, 2, -1, 100, -100 } do
          assert.same({ text:find(pattern, init) }, { patterns.find(text, pattern, init) })
          assert.same({ text:match(pattern, init) }, { patterns.match(text, pattern, init) })
        end
        if pattern:sub(1, 1) ~= "^" then assert.same(all(text:gmatch(pattern)), all(patterns.gmatch(text, pattern))) end
        for _, by in ipairs { "<%0>", "%%", { a = "T", b = false }, function(c) return c == "b" and 5 or nil end } do
          assert.same({ text:gsub(pattern, by) }, { patterns.gsub(text, pattern, by) })
          assert.same({ text:gsub(pattern, by, 1) }, { patterns.gsub(text, pattern, by, 1) })
        end
      end
    end)
  end
end)

describe("patterns matched in Lua", function()
  it("find plain texts", function()
    assert.same({ 2, 3 }, { patterns.find("a.+b", ".+", 1, true) })
  end)

  it("tell what is wrong with a pattern", function()
    for pattern, message in pairs {
      ["%"] = "malformed pattern (ends with '%')", ["[a"] = "malformed pattern (missing ']')", ["(a"] = "unfinished capture",
      ["a)"] = "invalid pattern capture", ["%1"] = "invalid capture index %1", ["%f"] = "missing '[' after '%f' in pattern",
      ["%b("] = "malformed pattern (missing arguments to '%b')",
    } do
      local _, err = pcall(patterns.match, "aaa", pattern)
      assert.equal(message, err)
    end
  end)

  it("tell what is wrong with a replacement", function()
    local _, err = pcall(patterns.gsub, "a", "a", "%2")
    assert.equal("invalid capture index %2 in replacement string", err)
    _, err = pcall(patterns.gsub, "a", "a", function() return {} end)
    assert.equal("invalid replacement value (a table)", err)
  end)
end)
