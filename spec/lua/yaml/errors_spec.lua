-- Errors as a person needs them.
local yaml = require "yaml"

-- Checks the first line of the error, and pieces of the rest.
local function refused(text, first, ...)
  local value, err = yaml.load(text, { name = "x.yaml" })
  assert.is_nil(value)
  assert.equal("x.yaml:" .. first, err:match "^[^\n]*")
  for _, piece in ipairs { ... } do assert.matches(piece, err, 1, true) end
end

describe("an error", function()
  it("has the place, the line, a caret and a hint", function()
    local value, err, where = yaml.load("services:\n\tweb: nginx\n", { name = "compose.yaml" })
    assert.is_nil(value)
    assert.equal(table.concat({
      "compose.yaml:2:1: a tab is used for indentation",
      "    2 | →web: nginx",
      "      | ^",
      "hint: YAML indents with spaces only",
    }, "\n"), err)
    assert.same({
      file = "compose.yaml", line = 2, column = 1, offset = 11, message = "a tab is used for indentation",
      hint = "YAML indents with spaces only",
    }, where)
  end)

  it("finds a tab in the indentation of the first line", function()
    refused("\ta: b\n", "1:1: a tab is used for indentation")
    refused(" \t- b\n", "1:2: a tab is used for indentation")
    assert.equal("b", yaml.load "\tb\n") -- no collection, so nothing is indented
  end)

  it("finds a tab in the indentation inside brackets and quotes", function()
    refused("a: [\n\tb]\n", "2:1: a tab is used for indentation", "x.yaml:1:4: the [ opened here")
    refused("a: 'b\n\tc'\n", "2:1: a tab is used for indentation", "x.yaml:1:4: the quote opened here")
    assert.same({ a = { "b" } }, yaml.load "{\n\ta: [\n\t\tb]}\n") -- nothing around it is indented
  end)

  it("finds a quote in a text, and one that ended later than was meant", function()
    refused("a: 'it's'\n", "1:8: text follows a value that has ended", "hint: a ' inside single quotes is written ''")
    refused("a: \"x\n  b: \"y\"\n", "2:7: text follows a value that has ended", "x.yaml:1:4: the quote opened here")
  end)

  it("refuses a prefix of tags that has other characters than tags", function()
    refused("%TAG !e! a\\b:\n---\n!e!c d\n", "1:1: a handle and a prefix must follow %TAG")
    refused("%TAG !e! ,a\n---\n!e!c d\n", "1:1: a handle and a prefix must follow %TAG")
  end)

  it("finds a directive that does not begin its line", function()
    refused("\t%YAML 1.2\n---\n", "1:2: a text cannot begin with %")
    refused(" %YAML 1.2\n---\n", "1:2: a text cannot begin with %")
  end)

  it("counts columns in characters", function()
    refused("ä: ü: 1\n", "1:5: a mapping cannot begin here", "      |     ^")
  end)

  it("shows the part of a long line that matters", function()
    local _, err = yaml.load("a: '" .. ("é"):rep(500) .. "' x\n")
    local shown, caret = err:match "\n    1 | ([^\n]*)\n      | ( *%^)"
    assert.equal("x", shown:sub(-1))
    assert.equal(utf8.len(shown), #caret)
    assert.is_true(#caret <= 76)
  end)

  it("finds a missing space behind a colon", function()
    refused("a:b\nc: d\n", "1:2: a space is missing behind this colon", 'write "key: value"')
    refused("a: 1\nb:2\n", "2:2: a space is missing behind this colon")
  end)

  it("finds a missing space behind a dash", function()
    refused("a:\n- b\n-c\n", "3:1: a space is missing behind this -, or a key is expected here")
  end)

  it("says where an unclosed quote opened", function()
    refused("a: \"x\nb: y\n", "2:1: this line is inside double quotes, and is indented too little",
      "x.yaml:1:4: the quote opened here")
    refused("'x\ny\n", "1:1: this single quote is never closed")
  end)

  it("says where an unclosed bracket opened", function()
    refused("a: [1, 2\nb: c\n", "2:1: this line is inside brackets, and is indented too little", "x.yaml:1:4: the [ opened here")
    refused("a: {b: c]\n", "1:9: this ] cannot close the {", "x.yaml:1:4: the { opened here")
    refused("{a: b", "1:1: this { is never closed")
  end)

  it("names the nearest anchor where an alias is not defined", function()
    refused("a: &default x\nb: *defualt\n", "2:4: the anchor of the alias *defualt is not defined", "did you mean *default?")
  end)

  it("explains a line that is indented deeper than its key", function()
    refused("a: 1\n b: 2\n", "2:3: a mapping cannot begin here", "x.yaml:1:4: the text begins here")
  end)

  it("explains an indentation that fits nothing", function()
    refused("a:\n    b: 1\n  c: 2\n", "3:3: this line is indented by 2, which fits no collection around it")
  end)

  it("explains characters that cannot begin a text", function()
    refused("a: @b\n", "1:4: a text cannot begin with @, which is reserved", "hint: quote it")
    refused("a: %b\n", "1:4: a text cannot begin with %")
  end)

  it("explains an unknown escape", function()
    refused('a: "C:\\dir"\n', "1:7: unknown escape \\d in double quotes", "write a backslash as \\\\")
  end)

  it("shows the place of a byte that is no UTF-8", function()
    refused("a: \255\n", "1:4: the byte 0xFF is no UTF-8")
  end)

  it("is called yaml where there is no name", function()
    local _, err = yaml.load("]")
    assert.matches("^yaml:1:1: this %] closes nothing", err)
  end)
end)
