#include "proxy/access_log/access_recorder.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

bool in_trouble(const ExchangeAccount& account) noexcept {
  return account.status >= 500 || account.status == 0 || account.fate != Fate::ok ||
         account.local_reply.has_value();
}

}  // namespace

bool AccessRecorder::open(std::string_view client, std::uint64_t connection_id) {
  if (queue_ == nullptr || !queue_->selection().enabled) return false;
  record_ = queue_->acquire();
  record_->connection_id = connection_id;
  record_->set(AccessText::client, client);
  return true;
}

void AccessRecorder::begin(const http::RequestHead& head, std::string_view client,
                           std::uint64_t connection_id) {
  if (!open(client, connection_id)) return;
  auto& record = *record_;
  const auto selection = queue_->selection();
  record.head_read = true;
  record.version = head.version;
  record.set(AccessText::method, head.method);
  record.set(AccessText::path, http::target_path(head.target));
  const auto copy = [&](AccessText which, std::string_view field) {
    if (const auto value = head.fields.find(field)) record.set(which, *value);
  };
  if (selection.host) copy(AccessText::host, "host");
  if (selection.user_agent) copy(AccessText::user_agent, "user-agent");
  if (selection.referer) copy(AccessText::referer, "referer");
}

void AccessRecorder::begin_without_head(std::string_view client, std::uint64_t connection_id) {
  open(client, connection_id);
}

void AccessRecorder::ids(std::string_view request_id, std::string_view trace_id) {
  if (!record_) return;
  record_->set(AccessText::request_id, request_id);
  record_->set(AccessText::trace_id, trace_id);
}

void AccessRecorder::upstream(std::string_view name) {
  if (record_) record_->set(AccessText::upstream, name);
}

void AccessRecorder::tls(std::string_view version, std::string_view cipher) {
  if (!record_) return;
  record_->set(AccessText::tls_version, version);
  record_->set(AccessText::tls_cipher, cipher);
}

void AccessRecorder::finish(const ExchangeAccount& account) {
  if (!record_) return;
  if (!in_trouble(account) && !queue_->sampled()) return queue_->discard(std::move(record_));
  record_->time = wall_now();
  record_->account = account;
  queue_->push(std::move(record_));
}

}  // namespace understudy::proxy
