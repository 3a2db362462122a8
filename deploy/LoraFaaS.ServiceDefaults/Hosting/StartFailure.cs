using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Turns what an operator can cause into the lines they read. Anything else is a defect and keeps its stack trace.</summary>
internal static class StartFailure
{
    /// <summary>Null when the failure is not the operator's.</summary>
    public static string? Describe(Exception failure) => failure switch
    {
        HostStartException start => start.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures.Select(failure => InWordsOfSettings(failure, invalid.OptionsType))),
        AggregateException { InnerExceptions.Count: > 0 } several when several.InnerExceptions.All(inner => Describe(inner) is not null) =>
            string.Join(Environment.NewLine, several.InnerExceptions.Select(Describe)),
        IOException { InnerException: AddressInUseException } taken => $"{WithoutStop(taken.Message)}. Stop the other program or choose another address.",
        System.Net.Sockets.SocketException socket => $"Cannot listen: {socket.Message}",
        UnauthorizedAccessException denied => denied.Message,
        _ => null,
    };

    /// <summary>The generated validators speak of "DeviceMemory: The field WorkerOptions.DeviceMemory"; who sets it knows it as Worker:DeviceMemory.</summary>
    private static string InWordsOfSettings(string failure, Type options)
    {
        if (options.GetField("Section")?.GetRawConstantValue() is not string section)
        {
            return failure;
        }

        var said = failure.Replace($"{options.Name}.", $"{section}:", StringComparison.Ordinal);
        var end = said.IndexOf(": ", StringComparison.Ordinal);
        return end > 0 && said.IndexOf($"{section}:{said[..end]}", end, StringComparison.Ordinal) > 0 ? said[(end + 2)..] : said;
    }

    // Kestrel's own words: "Failed to bind to address http://127.0.0.1:80: address already in use."
    private static string WithoutStop(string message) => message.TrimEnd('.');
}
