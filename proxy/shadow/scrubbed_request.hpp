// The types in which requests move inside the shadow plane once they are safe; nothing raw fits into them.
#pragma once

#include "core/guard/guard.hpp"
#include "core/http/message.hpp"
#include "core/scrub/scrubbed.hpp"

namespace understudy::proxy {

/// What a mirror sends: scrubbed, and let through by the guard.
using MirrorRequest = guard::ShadowRequest<scrub::Scrubbed<http::Request>>;

/// A view of a scrubbed request, made only from what proves that it is scrubbed. What it views must outlive
/// it.
class ScrubbedRequestView {
 public:
  ScrubbedRequestView(const scrub::Scrubbed<http::Request>& request)
      : request_(&*request) {}                                                         // NOLINT: a view
  ScrubbedRequestView(const MirrorRequest& request) : request_(&request.request()) {}  // NOLINT: a view
  const http::Request& operator*() const noexcept { return *request_; }
  const http::Request* operator->() const noexcept { return request_; }

 private:
  const http::Request* request_;
};

}  // namespace understudy::proxy
