using System.Globalization;
using LoraFaaS.ServiceDefaults.Hosting;

namespace LoraFaaS.ServiceDefaults.Knative;

/// <summary>Knative's runtime contract, PORT: a host listens there on all addresses, unless it was told where to listen.</summary>
internal static class ListenPort
{
    public const string Variable = "PORT";
    private const string Option = "--Host:HttpUrl";

    /// <summary>The arguments with the port's address before them, where later ones and the platform's own variable win.</summary>
    public static string[] Apply(string[] args, Func<string, string?> environment)
    {
        if (environment(Variable) is not { Length: > 0 } text || environment("Host__HttpUrl") is { Length: > 0 } || args.Any(IsAddress))
        {
            return args;
        }

        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            throw new HostStartException($"{Variable}: '{text}' is not a port from 1 to 65535");
        }

        return [Option, string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{port}"), .. args];
    }

    private static bool IsAddress(string argument) =>
        argument.Equals(Option, StringComparison.OrdinalIgnoreCase) || argument.StartsWith(Option + "=", StringComparison.OrdinalIgnoreCase);
}
