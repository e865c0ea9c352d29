local dotenv = require "compose.dotenv"

local function parse(text, outside)
  return dotenv.parse(text, {}, function(name) return (outside or {})[name] end)
end

describe("a file of variables", function()
  it("has bare values, without comments and space around them", function()
    assert.same({ A = "1", B = "two words", C = "a#b", D = "x", E = "", F = "y" },
      parse "# first\nA=1\nB = two words \nC=a#b\n  D=x # comment\nE=\nF: y")
  end)

  it("has single quotes, in which nothing means anything", function()
    assert.same({ A = "$B \\n \"x\"", C = "it's", D = "two\nlines" }, parse "A='$B \\n \"x\"'\nC='it\\'s'\nD='two\nlines'\n")
  end)

  it("has double quotes, with escapes and variables", function()
    assert.same({ A = "1", B = "1\n\t\"\\ $A", C = "S" }, parse 'A=1\nB="$A\\n\\t\\"\\\\ \\$A"\nC="\\0123"\n')
  end)

  it("has variables from outside first, then its own", function()
    assert.same({ A = "in", B = "out-in" }, parse("A=in\nB=$C-${A}\n", { C = "out" }))
    assert.same({ A = "in", B = "out" }, parse("A=in\nB=$A\n", { A = "out" }))
    assert.same({ A = "def" }, parse "A=${NO:-def}\n")
  end)

  it("has export, and names alone that come from outside", function()
    assert.same({ A = "1", B = "out" }, parse("export A=1\nB\nC\n", { B = "out" }))
  end)

  it("may begin with a byte order mark and have the line ends of Windows", function()
    assert.same({ A = "1", B = "2" }, parse "\239\187\191A=1\r\nB=2\r\n")
  end)

  it("is refused with the line", function()
    local values, err, line = parse "A=1\nB='open\n"
    assert.is_nil(values)
    assert.equal("the value of B begins with ', which is never closed", err)
    assert.equal(2, line)
    assert.equal('"!" cannot stand in the name of a variable', (select(2, parse "A!=1")))
    assert.equal('the name "A B" has a space', (select(2, parse "A B=1")))
    assert.equal('"${X" has a $ that begins no variable', (select(2, parse "A=${X")))
  end)
end)
