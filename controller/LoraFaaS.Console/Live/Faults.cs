using LoraFaaS.Client;

namespace LoraFaaS.Console.Live;

/// <summary>A failure in words for whoever looks at a page.</summary>
internal static class Faults
{
    public static string Say(LoraFaaSException failure) => failure switch
    {
        { Unreachable: true } => $"The gateway cannot be reached. {failure.Message}",
        { Status: System.Net.HttpStatusCode.Unauthorized } => "The password is no longer accepted. Log in again.",
        _ => failure.Message,
    };
}
