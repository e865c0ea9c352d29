--- Who a connection says it is, and how it proves that with a key.
--
-- Files are read for each connection anew, since credentials are renewed while programs run. Messages
-- name files and what is wrong with them; they never hold any of what is in them.
--
-- @module nats.credentials

local base64url = require "digest".base64url
local ed25519 = require "digest.ed25519"
local errors = require "nats.errors"
local nkey = require "nats.nkey"

local credentials = {}

local MAX_FILE = 1024 * 1024     -- bytes: a JWT may have many permissions, and something else may stand there

local function refused(what, problem) return nil, errors.new(errors.configuration, what .. ": " .. problem) end

local function read(path, what)
  local file, err = io.open(path, "rb")
  if not file then return refused(what, err) end
  local text = file:read(MAX_FILE)
  file:close()
  if not text then return refused(what .. " " .. path, "the file is empty, or no file") end
  return text
end

--- What stands between lines of dashes, the first of each kind.
local function blocks(text)
  local found, name, lines = {}, nil, nil
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local dashed = line:match("^%s*%-%-%-+%s*(.-)%s*%-%-%-+%s*$")
    if not dashed then
      if lines then lines[#lines + 1] = line:match("^%s*(.-)%s*$") end
    elseif lines then
      found[#found + 1] = { name = name, text = table.concat(lines) }
      lines = nil
    else
      name, lines = dashed, {}
    end
  end
  return found
end

--- Reads a file of credentials: a JWT and a seed, each between two lines of dashes.
-- @tparam string path
-- @treturn ?string the JWT
-- @treturn string|table the seed as it is written; after a nil: an error equal to errors.configuration
function credentials.file(path)
  local text, err = read(path, "creds")
  if not text then return nil, err end
  local jwt, seed
  for _, block in ipairs(blocks(text)) do
    if block.name:find("JWT", 1, true) then jwt = jwt or block.text end
    if block.name:find("SEED", 1, true) then seed = seed or block.text end
  end
  if not jwt or not jwt:find("^[%w_-]+%.[%w_-]+%.[%w_-]+$") then
    return refused("creds " .. path, 'there is no JWT in it, between lines "-----BEGIN NATS USER JWT-----" and "------END ...------"')
  elseif not seed then
    return refused("creds " .. path, "there is no seed in it")
  end
  return jwt, seed
end

--- The seed of a file that holds nothing else of importance.
local function seed_of(path)
  local text, err = read(path, "nkey")
  if not text then return nil, err end
  return text:match("%f[%w]S[A-Z2-7]+%f[^%w]") or text
end

--- Signs what the server gave.
local function proof(text, nonce, what)
  local seed, problem = nkey.seed(text)
  if not seed then return refused(what, problem) end
  local signature = base64url.encode(ed25519.sign(seed, nonce), { padding = false })
  return signature, seed
end

--- What CONNECT says about who we are, of the first that there is: user and password, creds, nkey, jwt
-- and seed (the order of natscli); a token may stand beside the last three.
-- @tparam table options as nats.options makes them
-- @tparam table server as nats.url makes it; what it has in its URL wins
-- @tparam ?string nonce what the server wants signed
-- @treturn ?{user=?string,pass=?string,auth_token=?string,jwt=?string,nkey=?string,sig=?string}
-- @treturn ?table an error equal to errors.configuration or errors.authorization
function credentials.fields(options, server, nonce)
  if server.user or server.token then
    return { user = server.user, pass = server.password, auth_token = server.token }
  elseif options.user then
    return { user = options.user, pass = options.password, auth_token = options.token }
  end
  local fields = { auth_token = options.token }
  local jwt, text, what = options.jwt, options.seed, "seed"
  if options.creds then
    jwt, text = credentials.file(options.creds)
    if not jwt then return nil, text end
    what = "creds " .. options.creds
  elseif options.nkey then
    local err
    text, err = seed_of(options.nkey)
    if not text then return nil, err end
    jwt, what = nil, "nkey " .. options.nkey
  end
  fields.jwt = jwt
  if not text then return fields end
  if not jwt and not nonce then
    return nil, errors.new(errors.authorization, "the server gives no nonce to sign: it knows no keys")
  end
  local signature, seed = proof(text, nonce or "", what)
  if not signature then return nil, seed end
  fields.sig = signature
  if not jwt then fields.nkey = nkey.public(seed) end
  return fields
end

return credentials
