using System.Globalization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// Under what a call's usage is counted once, however often it is computed. Drawn here and never by the caller, who could otherwise have many calls counted
/// as one. <see cref="Epoch"/> orders what gateways did after one another for one asynchronous call.
/// </summary>
internal sealed record UsageKey(string Value, long Epoch)
{
    /// <summary>More than any generation has tries.</summary>
    private const int TryBits = 20;

    /// <summary>The API key that is charged for its tokens though nobody shows it: the one that an asynchronous call was handed in with. Null: the caller's own, if he has one.</summary>
    public ApiKeyId? Payer { get; init; }

    public static UsageKey Draw() => new(RandomIds.Draw().ToString("N"), 0);

    /// <summary>The same for an execution that was cut off and for the one that is made in its place; another after one that came to an end.</summary>
    public static UsageKey Of(CallTicket ticket, CallRequest call) => new(
        string.Create(CultureInfo.InvariantCulture, $"{call.CallId}@{call.StartedUnixNanos}#{ticket.Execution}"), ticket.LeaseNumber);

    /// <summary>The i-th of several answers to one prompt is a generation of its own, and counted as one: tokens that it took from another are among its cached ones.</summary>
    public string OfChoice(int index) => index == 0 ? Value : string.Create(CultureInfo.InvariantCulture, $"{Value}.{index}");

    public long Try(int number) => (Epoch << TryBits) + number;
}
