--- Stands in for the rock lunajson 1.2.3 where that is not installed: the same calls, over this project's `json`.
--
--    local lunajson = require "lunajson"
--    local t = lunajson.decode('{"Hello":["lunajson",1.5]}')
--    lunajson.encode(t)
--
-- docs/rocks.md lists in what the two differ.
--
-- @module lunajson

local new_decoder = require "lunajson.decoder"
local new_encoder = require "lunajson.encoder"
local sax = require "lunajson.sax"

return {
  decode = new_decoder(),
  encode = new_encoder(),
  newdecoder = new_decoder,
  newencoder = new_encoder,
  newparser = sax.newparser,
  newfileparser = sax.newfileparser,
}
