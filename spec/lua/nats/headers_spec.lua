local headers = require "nats.headers"

describe("nats.headers", function()
  it("writes keys in order, each value on a line", function()
    assert.are.equal("NATS/1.0\r\nA: 1\r\nB: x\r\nB: y\r\n\r\n", headers.encode { B = { "x", "y" }, A = "1" })
  end)

  it("writes an empty table as the version alone", function()
    assert.are.equal("NATS/1.0\r\n\r\n", headers.encode {})
  end)

  it("writes integers as their digits", function()
    assert.are.equal("NATS/1.0\r\nN: 9007199254740993\r\n\r\n", headers.encode { N = 9007199254740993 })
  end)

  it("drops blanks round a value, since readers drop them", function()
    assert.are.equal("NATS/1.0\r\nA: x y\r\n\r\n", headers.encode { A = " \tx y " })
  end)

  it("refuses a key with a colon, a blank, a line break or nothing in it", function()
    for _, key in ipairs { "a:b", "a b", "a\r\n", "", "a\0", "ü" } do
      assert.has_error(function() headers.encode { [key] = "x" } end)
    end
  end)

  it("refuses a value with a line break or a NUL", function()
    for _, value in ipairs { "x\r\ny", "x\ny", "x\ry", "x\0y" } do
      assert.has_error(function() headers.encode { A = value } end)
    end
  end)

  it("refuses values that are neither strings nor integers", function()
    for _, value in ipairs { 1.5, true, print } do
      assert.has_error(function() headers.encode { A = value } end)
    end
    assert.has_error(function() headers.encode { A = { {} } } end)
    assert.has_error(function() headers.encode { "x" } end)
    assert.has_error(function() headers.encode "x" end)
  end)

  it("reads what it wrote", function()
    local fields = headers.decode(headers.encode { ["X-Y"] = "1", Z = { "a", "b" } })
    assert.are.equal("1", fields["X-Y"])
    assert.are.same({ "a", "b" }, fields.Z)
  end)

  it("keeps the case of keys and finds them in any", function()
    local fields = headers.decode "NATS/1.0\r\nNats-Msg-Id: 7\r\n\r\n"
    assert.are.equal("Nats-Msg-Id", (next(fields)))
    assert.are.equal("7", fields["nats-msg-id"])
    assert.are.equal("7", fields["NATS-MSG-ID"])
    assert.is_nil(fields["nats-msg"])
  end)

  it("strips leading blanks of a value and keeps trailing ones", function()
    assert.are.equal("x ", headers.decode("NATS/1.0\r\nA:  \tx \r\n\r\n").A)
  end)

  it("reads values that are empty or have colons", function()
    local fields = headers.decode "NATS/1.0\r\nA:\r\nB: x:y: z\r\n\r\n"
    assert.are.equal("", fields.A)
    assert.are.equal("x:y: z", fields.B)
  end)

  it("reads a status and its description", function()
    local _, status, description = headers.decode "NATS/1.0 503\r\n\r\n"
    assert.are.equal(503, status)
    assert.is_nil(description)
    _, status, description = headers.decode "NATS/1.0 404 No Messages\r\n\r\n"
    assert.are.equal(404, status)
    assert.are.equal("No Messages", description)
  end)

  it("takes three characters as the status when words follow without a blank", function()
    local _, status, description = headers.decode "NATS/1.0 503No Responders\r\n\r\n"
    assert.are.equal(503, status)
    assert.are.equal("No Responders", description)
  end)

  it("passes over lines that are no headers", function()
    local fields = headers.decode "NATS/1.0\r\nnonsense\r\nA: 1\r\n\r\n"
    assert.are.equal("1", fields.A)
    assert.is_nil(next(headers.decode "garbage"))
  end)

  it("reads a description with a colon as no header", function()
    local fields, status, description = headers.decode "NATS/1.0 409 why: x\r\nA: 1\r\n\r\n"
    assert.are.equal(409, status)
    assert.are.equal("why: x", description)
    assert.is_nil(fields["NATS/1.0 409 why"])
    assert.are.equal("1", fields.A)
  end)

  -- With time that grows as the square of the size each of these would take hours.
  describe("in time that grows as the size", function()
    local long = 1024 * 1024

    local function quick(what, line)
      it("reads " .. what, function()
        assert.are.equal("1", headers.decode("NATS/1.0" .. line .. "\r\nB: 1\r\n\r\n").B)
      end)
    end

    quick("a line without a colon", "\r\n" .. ("a"):rep(long))
    quick("line feeds without end", "\r\n" .. ("\r"):rep(long) .. "x")
    quick("blanks before a value", "\r\nA:" .. (" "):rep(long))
    quick("blanks in a status", " 503" .. (" "):rep(long) .. "x" .. (" "):rep(long) .. "x")
    quick("a status of blanks", (" "):rep(long))
    quick("colons without end", "\r\n" .. (":"):rep(long))
    quick("a key again and again", ("\r\nA: x"):rep(long // 8))

    it("writes blanks", function()
      local blanks = (" "):rep(long)
      assert.are.equal("NATS/1.0\r\nA: \r\n\r\n", headers.encode { A = blanks })
      assert.are.equal(#blanks + 19, #headers.encode { A = "x" .. blanks .. "y" })
    end)
  end)
end)
