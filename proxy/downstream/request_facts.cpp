#include "proxy/downstream/request_facts.hpp"

#include "core/http/forward.hpp"
#include "proxy/downstream/retry_rule.hpp"

namespace understudy::proxy {

RequestFacts facts_of(const http::RequestHead& head, const http::BodyFraming& framing,
                      bool keep_alive) noexcept {
  RequestFacts facts;
  facts.head = head.method == "HEAD";
  facts.idempotent = is_idempotent(head.method);
  facts.http_1_0 = head.version == http::Version::http_1_0;
  facts.keep_alive = keep_alive;
  facts.framing = framing;
  facts.upgrade = http::asks_upgrade(head);
  facts.trailers_welcome = http::accepts_trailers(head.fields);
  return facts;
}

}  // namespace understudy::proxy
