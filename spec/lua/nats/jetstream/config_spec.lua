local config = require "nats.jetstream.config"
local json = require "json"

local function stream(fields) return json.encode(config.encode(fields, config.STREAM, "create_stream", 1), { sort = true }) end
local function consumer(fields) return json.encode(config.encode(fields, config.CONSUMER, "create_consumer", 1), { sort = true }) end

describe("configurations of JetStream", function()
  it("have durations in seconds, which go out as nanoseconds", function()
    assert.are.equal('{"duplicate_window":500000000,"max_age":3600000000000}', stream { max_age = 3600, duplicate_window = 0.5 })
    assert.are.equal('{"backoff":[1000000000,2500000000]}', consumer { backoff = { 1, 2.5 } })
  end)

  it("have durations inside", function()
    assert.are.equal('{"consumer_limits":{"inactive_threshold":60000000000}}', stream { consumer_limits = { inactive_threshold = 60 } })
  end)

  it("have empty arrays as arrays and empty tables as objects", function()
    assert.are.equal('{"metadata":{},"subjects":[]}', stream { subjects = {}, metadata = {} })
  end)

  it("have times as seconds or as text", function()
    assert.are.equal('{"opt_start_time":"2026-11-24T16:02:03.5Z"}', consumer { opt_start_time = 1795536123.5 })
    assert.are.equal('{"opt_start_time":"2026-11-24T16:02:03Z"}', consumer { opt_start_time = "2026-11-24T16:02:03Z" })
  end)

  it("have sources", function()
    assert.are.equal('{"sources":[{"external":{"api":"$JS.hub.API"},"name":"A","subject_transforms":[{"dest":"b.>","src":"a.>"}]}]}',
      stream { sources = { { name = "A", external = { api = "$JS.hub.API" }, subject_transforms = { { src = "a.>", dest = "b.>" } } } } })
  end)

  it("refuse what they do not know, with the nearest name", function()
    for message, fn in pairs {
      ['create_stream: unknown field "max_agee", did you mean "max_age"?'] = function() stream { max_agee = 1 } end,
      ['create_stream: placement: unknown field "tag", did you mean "tags"?'] = function() stream { placement = { tag = {} } } end,
      ['create_stream: sources[2]: unknown field "nam", did you mean "name"?'] = function()
        stream { sources = { { name = "A" }, { nam = "B" } } }
      end,
      ['create_stream: storage must be one of "file", "memory", not "disk"'] = function() stream { storage = "disk" } end,
      ["create_stream: max_age must be a number of seconds, 0 or more, not -1"] = function() stream { max_age = -1 } end,
      ["create_stream: subjects must be an array of strings, not \"a\""] = function() stream { subjects = "a" } end,
      ["create_stream: num_replicas must be an integer, not 1.5"] = function() stream { num_replicas = 1.5 } end,
      ["create_consumer: opt_start_time must be a time such as"] = function() consumer { opt_start_time = "today" } end,
    } do
      local ok, err = pcall(fn)
      assert.is_false(ok)
      assert.is_truthy(err:find(message, 1, true), err)
    end
  end)

  it("come back as they were given", function()
    local given = { max_age = 3600.5, duplicate_window = 120, consumer_limits = { inactive_threshold = 0.25 }, max_msgs = -1 }
    local back = config.decode(assert(json.decode(stream(given))), config.STREAM)
    assert.are.equal(3600.5, back.max_age)
    assert.are.equal(120, back.duplicate_window)
    assert.are.equal("integer", math.type(back.duplicate_window))
    assert.are.equal(0.25, back.consumer_limits.inactive_threshold)
    assert.are.equal(-1, back.max_msgs)
  end)

  it("leave what is null out, and what they do not know alone", function()
    local back = config.decode(assert(json.decode '{"subjects":null,"of_tomorrow":{"max_age":5}}'), config.STREAM)
    assert.is_nil(back.subjects)
    assert.are.equal(5, back.of_tomorrow.max_age)
  end)
end)
