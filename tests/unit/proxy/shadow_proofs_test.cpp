// What must not compile: the ways by which raw traffic could leave.
#include "proxy/shadow/capture_sink.hpp"
#include "proxy/shadow/mirror_sender.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

template <class Request>
concept Mirrored = requires(MirrorSender& sender, Request request, Monotonic::time_point now) {
  sender.submit(request, 1, 1, now);
};

template <class Request, class Response>
concept Recorded = requires(CaptureSink& sink, const ExchangeFacts& facts, Request request, Response response,
                            const Provenance& provenance, std::span<const MirrorNote> notes) {
  sink.record(facts, request, provenance, response, provenance, notes);
};

using SafeRequest = const scrub::Scrubbed<http::Request>&;
using SafeResponse = const scrub::Scrubbed<http::Response>*;

// The mirror sender takes what guard and scrub have made, and nothing less.
static_assert(Mirrored<const MirrorRequest&>);
static_assert(!Mirrored<const http::Request&>);
static_assert(!Mirrored<const ExchangeEvent&>);
static_assert(!Mirrored<SafeRequest>, "scrubbed, but not admitted");
static_assert(!Mirrored<const guard::ShadowRequest<http::Request>&>, "admitted, but not scrubbed");

// The capture takes what scrub has made, and nothing less.
static_assert(Recorded<SafeRequest, SafeResponse>);
static_assert(Recorded<const MirrorRequest&, SafeResponse>);
static_assert(!Recorded<const http::Request&, SafeResponse>);
static_assert(!Recorded<const ExchangeEvent&, SafeResponse>);
static_assert(!Recorded<const guard::ShadowRequest<http::Request>&, SafeResponse>);
static_assert(!Recorded<SafeRequest, const http::Response*>);

// Nobody but guard and scrub can make the proofs.
static_assert(!std::is_constructible_v<scrub::Scrubbed<http::Request>, http::Request>);
static_assert(!std::is_default_constructible_v<scrub::Scrubbed<http::Request>>);
static_assert(!std::is_copy_constructible_v<scrub::Scrubbed<http::Request>>);
static_assert(!std::is_constructible_v<MirrorRequest, scrub::Scrubbed<http::Request>>);
static_assert(!std::is_constructible_v<MirrorRequest, http::Request>);
static_assert(!std::is_constructible_v<ScrubbedRequestView, http::Request>);
static_assert(!std::is_constructible_v<ScrubbedRequestView, const http::Request&>);

// What goes beside a scrubbed message into a capture has no room for text of the exchange.
static_assert(std::is_trivially_copyable_v<ExchangeFacts>);

TEST(Proofs, HoldAtCompileTime) { SUCCEED(); }

}  // namespace
}  // namespace understudy::proxy
