namespace LoraFaaS.Gateway.Routing;

/// <summary>What goes into a shard: a route, its key, and the key's hash.</summary>
internal readonly record struct RouteSlot(int Hash, string Key, RouteEntry Route);
