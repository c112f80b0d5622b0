--[[
Postern's message door: asks `POST /v1/decide` of the edge about each message that is not from our own users, once rspamd
knows who wrote it, and tells core what the filter thought of it. Answers that do not come within the time let the mail pass.
Install as /etc/rspamd/plugins.d/postern.lua with a section postern { } in /etc/rspamd/rspamd.conf.local (docs/integrate/rspamd.md).
]] --

local rspamd_http = require "rspamd_http"
local rspamd_logger = require "rspamd_logger"
local lua_mime = require "lua_mime"
local lua_util = require "lua_util"
local ucl = require "ucl"

local N = 'postern'
local E = {}

local settings = {
  -- The edge's look-up server (`listen.lookup`).
  url = 'http://127.0.0.1:8070/v1/decide',
  -- Seconds. Longer and senders begin to notice.
  timeout = 0.5,
  -- Core's `/api/v1/events`; nothing is told when empty.
  events_url = '',
  -- File with a token of `postern token add events NAME`.
  token_file = '',
  refuse_header = 'X-Postern-Refuse',
  junk_header = 'X-Postern-Junk',
  -- What rspamd says of a message that the door wants in Junk, beside the header; with '' the header is all.
  junk_action = 'add header',
}

local opts = rspamd_config:get_all_opt(N)
if not opts then
  lua_util.disable_module(N, 'config')
  return
end
settings = lua_util.override_defaults(settings, opts)

local function read_token()
  if settings.token_file == '' then return nil end
  local file, err = io.open(settings.token_file, 'r')
  if not file then
    rspamd_logger.errx(rspamd_config, 'cannot read the token of Postern: %s', err)
    return nil
  end
  local token = file:read('*l')
  file:close()
  return token
end

local token = read_token()

local spf_results = {
  R_SPF_ALLOW = 'pass',
  R_SPF_FAIL = 'fail',
  R_SPF_SOFTFAIL = 'softfail',
  R_SPF_NEUTRAL = 'neutral',
  R_SPF_NA = 'none',
  R_SPF_DNSFAIL = 'temperror',
  R_SPF_PERMFAIL = 'permerror',
}

local dmarc_results = {
  DMARC_POLICY_ALLOW = 'pass',
  DMARC_POLICY_ALLOW_WITH_FAILURES = 'pass',
  DMARC_POLICY_REJECT = 'fail',
  DMARC_POLICY_QUARANTINE = 'fail',
  DMARC_POLICY_SOFTFAIL = 'fail',
  DMARC_NA = 'none',
  DMARC_DNSFAIL = 'temperror',
  DMARC_BAD_POLICY = 'permerror',
}

local verdicts = { reject = 'spam', ['rewrite subject'] = 'spam', ['add header'] = 'spam', ['no action'] = 'ham' }

-- The result whose symbol the message has; nil when rspamd did not look.
local function result_of(task, results)
  for symbol, result in pairs(results) do
    if task:has_symbol(symbol) then return result end
  end
  return nil
end

-- An empty Lua table would become an object.
local function json_of(facts)
  return (ucl.to_format(facts, 'json-compact'):gsub('"dkim":null', '"dkim":[]'))
end

-- Signing domains that verified, ucl.null when there are none. Nil when that is not known: a key that could not be fetched is no failed signature.
local function signers(task)
  local trace = (task:get_symbol('DKIM_TRACE') or E)[1]
  local passed, is_known = {}, true
  for _, option in ipairs((trace or E).options or E) do
    local mark = option:sub(-1)
    if mark == '+' then table.insert(passed, option:sub(1, -3):lower()) end
    if mark == '?' then is_known = false end
  end
  if #passed == 0 and not (is_known and (trace or task:has_symbol('R_DKIM_NA'))) then return nil end
  return #passed > 0 and passed or ucl.null
end

local function domain_of(address)
  return address and (address.domain or ''):lower() or nil
end

-- What the filter itself thought: junk by a rule of ours is no opinion of its.
local function action_of(task)
  return task:get_mempool():get_variable('postern_action') or task:get_metric_action()
end

local function verdict_of(task)
  if task:has_symbol('CLAM_VIRUS') or task:has_symbol('VIRUS') then return 'malware' end
  local action = action_of(task)
  if task:has_symbol('PHISHING') and action ~= 'no action' then return 'phish' end
  return verdicts[action] or 'unknown'
end

-- What is known of the message, in the words of a mail event (postern.event/1).
local function facts_of(task)
  local host = task:get_hostname()
  local from = (task:get_from('mime') or E)[1]
  local recipients = {}
  for index, each in ipairs(task:get_recipients('smtp') or E) do
    if index <= 50 then table.insert(recipients, each.addr) end
  end
  return {
    ip = task:get_from_ip():to_string(),
    helo = task:get_helo(),
    ptr = host and host ~= 'unknown' and host:match('^[%w.-]+$') or nil,
    mailFrom = domain_of((task:get_from('smtp') or E)[1]) or '',
    from = domain_of(from),
    spf = result_of(task, spf_results),
    dkim = signers(task),
    dmarc = result_of(task, dmarc_results),
    verdict = verdict_of(task),
    recipients = #recipients > 0 and recipients or nil,
    queueId = task:get_queue_id(),
  }
end

-- Mail of our own users on its way out, and what has no sender on the network, is not ours to judge.
local function is_ours(task)
  local ip = task:get_from_ip()
  return task:get_user() ~= nil or not ip or not ip:is_valid() or ip:is_local()
end

local function obey(task, answer)
  if type(answer.text) == 'string' and (answer.action == 'reject' or answer.action == 'defer') then
    lua_mime.modify_headers(task, { add = { [settings.refuse_header] = { value = answer.text, order = 0 } } })
    task:insert_result('POSTERN_REFUSE', 0.0, answer.text)
  elseif type(answer.header) == 'string' then
    local name, value = answer.header:match('^([%w-]+): (.*)$')
    if name then
      lua_mime.modify_headers(task, { add = { [name] = { value = value, order = 0 } } })
      task:insert_result('POSTERN_JUNK', 0.0, value)
      if settings.junk_action ~= '' then
        task:get_mempool():set_variable('postern_action', task:get_metric_action())
        -- `least`: what is worse by its score stays so.
        task:set_pre_result({ action = settings.junk_action, message = value, module = N, flags = 'least' })
      end
    end
  end
end

local function ask(task)
  -- What a stranger wrote under our names is no word of ours.
  for _, name in ipairs({ settings.refuse_header, settings.junk_header }) do
    if task:has_header(name) then lua_mime.modify_headers(task, { remove = { [name] = 0 } }) end
  end
  if is_ours(task) then return end
  rspamd_http.request({
    task = task,
    url = settings.url,
    method = 'post',
    mime_type = 'application/json',
    body = json_of(facts_of(task)),
    timeout = settings.timeout,
    max_size = 8192,
    callback = function(err, code, body)
      if err or code ~= 200 then
        rspamd_logger.warnx(task, 'the message door did not answer (%s), the message passes', err or body)
        return
      end
      local parser = ucl.parser()
      if parser:parse_string(body) then obey(task, parser:get_object()) end
    end,
  })
end

-- Tells core; nothing waits for it.
local function tell(task)
  if is_ours(task) then return end
  local facts = facts_of(task)
  facts.v = 1
  facts.type = 'message'
  facts.id = task:get_uid() .. '-' .. (task:get_queue_id() or '')
  facts.at = os.date('!%Y-%m-%dT%H:%M:%SZ')
  facts.messageId = task:get_message_id()
  facts.size = task:get_size()
  -- Who was written to is the mail server's to tell.
  facts.recipients = nil
  rspamd_http.request({
    task = task,
    url = settings.events_url,
    method = 'post',
    mime_type = 'application/x-ndjson',
    headers = { ['Authorization'] = 'Bearer ' .. token },
    body = json_of(facts) .. '\n',
    timeout = 5.0,
    callback = function(err, code)
      if err or code ~= 202 then rspamd_logger.warnx(task, 'an event was not taken: %s', err or code) end
    end,
  })
end

local id = rspamd_config:register_symbol({
  name = 'POSTERN_DOOR',
  type = 'postfilter',
  priority = 9,
  flags = 'empty,nostat,ignore_passthrough',
  augmentations = { string.format('timeout=%f', settings.timeout) },
  callback = ask,
})
for _, name in ipairs({ 'POSTERN_REFUSE', 'POSTERN_JUNK' }) do
  rspamd_config:register_symbol({ name = name, type = 'virtual', parent = id, score = 0.0 })
end

if settings.events_url ~= '' and token then
  rspamd_config:register_symbol({
    name = 'POSTERN_EVENT',
    type = 'idempotent',
    flags = 'empty,nostat,ignore_passthrough,explicit_disable',
    callback = tell,
  })
end
