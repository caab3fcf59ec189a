// Reads a PROXY protocol header off a fresh connection, and not one byte of what comes after it.
#pragma once

#include "core/base/result.hpp"
#include "core/net/stream.hpp"
#include "proxy/downstream/proxy_protocol_policy.hpp"

namespace understudy::proxy {

/// The client's address: from the header, or `peer` where there is none to go by. Bytes are looked at where
/// they lie and taken out only when the header is whole, so that TLS or HTTP begins with its first. Fails
/// with permission_denied (a peer that is not trusted), protocol_error (malformed, or none where one is
/// required) or the socket's error; the caller closes then. Ends with operation_aborted when the stream is
/// cancelled. `stream` and `policy` outlive the task.
net::Task<Result<net::tcp::endpoint>> read_proxy_header(net::Stream& stream,
                                                        const ProxyProtocolPolicy& policy,
                                                        net::tcp::endpoint peer);

}  // namespace understudy::proxy
