using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// Which revision a call meets. One that names it (<c>name@2</c>, <c>name@tag</c>) meets it; any other falls into a share by the caller's
/// <c>X-Session-Id</c>, or without one by its own id: a call that is tried again under the same <c>X-Call-Id</c> meets the same revision.
/// </summary>
internal static class RevisionLookup
{
    public const char Pin = '@';

    /// <summary>Longer ones are cut: what is hashed is bounded.</summary>
    private const int MaxSession = 256;

    /// <summary>The name alone: who may call a function is asked of the whole of it.</summary>
    public static string Unpinned(string name) => name.IndexOf(Pin, StringComparison.Ordinal) is >= 0 and var at ? name[..at] : name;

    /// <summary>A function by its name, with or without a revision behind it.</summary>
    public static RouteEntry? Find(RouteTable table, string name)
    {
        var at = name.IndexOf(Pin, StringComparison.Ordinal);
        return at < 0 ? table.Find(name) : table.Find(name[..at])?.Pinned(name[(at + 1)..]);
    }

    /// <summary>As above, and backbones by their names.</summary>
    public static RouteEntry? FindModel(RouteTable table, string model)
    {
        var at = model.IndexOf(Pin, StringComparison.Ordinal);
        return at < 0 ? table.FindModel(model) : table.FindModel(model[..at])?.Pinned(model[(at + 1)..]);
    }

    /// <summary>The label of a host that is no function's own name: <c>name-00002</c>, or <c>tag-name</c>. As a name with its pin, or null.</summary>
    public static string? FindHost(RouteTable table, FunctionId host)
    {
        var (space, label) = (host.Namespace, host.Name.Value);

        if (RevisionName.TrySplit(label, out var named, out var number) && Head(table, named, space)?.Pinned(number) is not null)
        {
            return FormattableString.Invariant($"{named}.{space}{Pin}{number}");
        }

        for (var dash = label.IndexOf('-', StringComparison.Ordinal); dash > 0; dash = label.IndexOf('-', dash + 1))
        {
            if (Head(table, label[(dash + 1)..], space)?.Split?.FindTag(label[..dash]) is not null)
            {
                return $"{label[(dash + 1)..]}.{space}{Pin}{label[..dash]}";
            }
        }

        return null;
    }

    extension(RouteEntry route)
    {
        /// <summary>The revision this call meets. Where only one serves, that one, without a look at anything.</summary>
        public RouteEntry For(HttpRequest request, Invocation invocation)
        {
            if (route.Split is not { } split)
            {
                return route;
            }

            var key = request.Headers[WireHeaders.SessionId] is [{ Length: > 0 } session] ? session.AsSpan(0, Math.Min(session.Length, MaxSession)) : invocation.CallId.Value;
            return split.Choose(key) ?? route;
        }

        public RouteEntry? Pinned(int number) => route.Split is { } split ? split.Find(number) : route.Revision.Number == number ? route : null;

        private RouteEntry? Pinned(string pin)
        {
            if (route.Split is { } split)
            {
                return split.Find(pin);
            }

            return pin == TrafficText.Latest || (RevisionName.TryParse(pin, out var number) && route.Revision.Number == number) ? route : null;
        }
    }

    private static RouteEntry? Head(RouteTable table, string name, NamespaceName space) =>
        FunctionName.TryParse(name, out var function) ? table.Routes.GetValueOrDefault(new FunctionId(space, function)) : null;
}
