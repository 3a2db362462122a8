using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Knative;

/// <summary>What a Host header names under the platform's domain.</summary>
internal abstract record FunctionHost
{
    private FunctionHost()
    {
    }

    /// <summary>The gateway itself.</summary>
    public sealed record Gateway : FunctionHost;

    /// <summary><c>function.namespace.domain</c>.</summary>
    public sealed record Function(FunctionId Id) : FunctionHost;

    /// <summary>Under the domain, and no function's name.</summary>
    public sealed record Nobody : FunctionHost;

    /// <param name="host">With or without a port; names of hosts know no case.</param>
    /// <param name="domain">Without a dot before it.</param>
    public static FunctionHost Read(string host, string domain)
    {
        var name = new HostString(host).Host.TrimEnd('.').ToLowerInvariant();

        if (domain.Length == 0 || name.Length <= domain.Length + 1 || !name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) || name[^(domain.Length + 1)] != '.')
        {
            return new Gateway();
        }

        var labels = name[..^(domain.Length + 1)].Split('.');

        return labels is [var function, var space] && FunctionName.TryParse(function, out var named) && NamespaceName.TryParse(space, out var within)
            ? new Function(new FunctionId(within, named))
            : new Nobody();
    }
}
