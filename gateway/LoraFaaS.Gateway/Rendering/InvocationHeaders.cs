using System.Globalization;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>What every answer says of itself in its headers.</summary>
internal static class InvocationHeaders
{
    /// <summary>Known as soon as something streams. The duration is that until the head goes out: of an answer that was collected first, the whole.</summary>
    public static void SetHead(HttpResponse response, Invocation invocation)
    {
        response.Headers[WireHeaders.DurationSeconds] = invocation.Elapsed.TotalSeconds.ToString("F6", CultureInfo.InvariantCulture);

        if (invocation.Route is { } route)
        {
            response.Headers[WireHeaders.Revision] = route.Revision.Number.ToString(CultureInfo.InvariantCulture);
        }

        if (invocation.Worker is { } worker)
        {
            response.Headers[WireHeaders.Worker] = worker.Value;
        }
    }

    /// <summary>What an answer that streams can say when it begins.</summary>
    public static void SetAccountSoFar(HttpResponse response, Invocation invocation, ColdStart? account)
    {
        SetHead(response, invocation);

        if (ColdStartAccount.From(account) is { } known)
        {
            response.Headers[WireHeaders.ColdStart] = known.ToHeader();
        }
    }

    /// <summary>Known only at the end: answers that were collected first carry it.</summary>
    public static void SetAccount(HttpResponse response, Invocation invocation, Finished finished)
    {
        SetHead(response, invocation);

        if (ColdStartAccount.From(finished.ColdStart) is { } account)
        {
            response.Headers[WireHeaders.ColdStart] = account.ToHeader();
        }
    }
}
