--[[
Postern's trace header: writes X-Postern-Trace into every message of a user who has logged in, so that a copy of it can be led back to the
account whoever brings it. The MAC covers a pseudonym of the login, the time, Message-ID and the DKIM body hash (relaxed, SHA-256).
Install as /etc/rspamd/plugins.d/postern_trace.lua with a section postern_trace { } in /etc/rspamd/rspamd.conf.local
(docs/integrate/trace.md).
]] --

local rspamd_logger = require "rspamd_logger"
local hash = require "rspamd_cryptobox_hash"
local lua_mime = require "lua_mime"
local lua_util = require "lua_util"

local N = 'postern_trace'

local settings = {
  -- File with the key that `postern trace key` prints, readable by _rspamd alone.
  key_file = '/etc/rspamd/postern-trace.key',
  header = 'X-Postern-Trace',
}

local opts = rspamd_config:get_all_opt(N)
if not opts then
  lua_util.disable_module(N, 'config')
  return
end
settings = lua_util.override_defaults(settings, opts)

local function read_key()
  local file, err = io.open(settings.key_file, 'r')
  if not file then
    rspamd_logger.errx(rspamd_config, 'cannot read the trace key of Postern: %s', err)
    return nil
  end
  local digits = (file:read('*l') or ''):match('^%x+$')
  file:close()
  if not digits or #digits ~= 64 then
    rspamd_logger.errx(rspamd_config, '%s holds no key of 64 hexadecimal digits', settings.key_file)
    return nil
  end
  return (digits:gsub('%x%x', function(pair) return string.char(tonumber(pair, 16)) end))
end

local key = read_key()
if not key then
  lua_util.disable_module(N, 'config')
  return
end

-- HMAC-SHA-256 (RFC 2104), the first `digits` hexadecimal digits.
local function mac(data, digits)
  return hash.create_specific_keyed(key, 'sha256', data):hex():sub(1, digits)
end

-- RFC 6376, 3.4.4: the body as a relaxed signature sees it.
local function relaxed(body)
  body = body:gsub('\r?\n', '\r\n'):gsub('[ \t]+', ' '):gsub(' \r\n', '\r\n'):gsub(' $', '')
  local last = body:match('^.*()[^\r\n]')
  if not last then return '' end
  return body:sub(1, last) .. '\r\n'
end

-- What stands behind the first empty line. (`get_rawbody` begins with that line.)
local function body_of(task)
  local content = tostring(task:get_content())
  local _, stop = content:find('\r?\n\r?\n')
  return stop and content:sub(stop + 1) or ''
end

local function stamp(task)
  local user = task:get_user()
  if not user or user == '' then return end
  -- What a user wrote under this name is no word of ours.
  local change = { remove = { [settings.header] = 0 } }
  local id = task:get_header('Message-ID')
  id = id and id:gsub('^%s*<?', ''):gsub('>?%s*$', '')
  if id and id ~= '' then
    local account = mac('postern-trace-account\n' .. user:lower(), 20)
    local time = tostring(os.time())
    local body_hash = hash.create_specific('sha256', relaxed(body_of(task))):base64()
    local text = table.concat({ 'postern-trace/1', account, time, '<' .. id .. '>', body_hash }, '\n')
    local value = string.format('v=1; a=%s; t=%s; m=%s', account, time, mac(text, 32))
    change.add = { [settings.header] = { value = value, order = 0 } }
  else
    rspamd_logger.warnx(task, 'a message of %s has no Message-ID and gets no trace header', user)
  end
  lua_mime.modify_headers(task, change)
end

rspamd_config:register_symbol({
  name = 'POSTERN_TRACE',
  type = 'postfilter',
  priority = 8,
  flags = 'empty,nostat,ignore_passthrough',
  callback = stamp,
})
