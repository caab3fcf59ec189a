// What several sections of the configuration file have in common.
#pragma once

#include "core/base/result.hpp"
#include "core/config/node.hpp"
#include "core/net/endpoint.hpp"

#include <utility>

namespace understudy::proxy {

/// The value of an Outcome, or the sentence recorded at `node`.
template <class T>
void take(const config::Node& node, Outcome<T> outcome, T& into) {
  if (outcome)
    into = *std::move(outcome);
  else
    node.fail(outcome.error().message);
}

/// Reads `url:` below `node`.
void read_url(const config::Node& node, net::OriginUrl& url);

}  // namespace understudy::proxy
