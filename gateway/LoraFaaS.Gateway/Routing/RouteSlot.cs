namespace LoraFaaS.Gateway.Routing;

/// <summary>A place in a shard's table; free where <paramref name="Key"/> is null.</summary>
internal readonly record struct RouteSlot(int Hash, string? Key, RouteEntry? Route);
