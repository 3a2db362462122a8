using System.Globalization;
using LoraFaaS.Gateway.Admission;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>
/// The event that a function answers with. Its id is the call's, its source the function (<c>/function/NAME.NAMESPACE</c>), its type
/// <see cref="Type"/>. Subject and extensions of the event that caused it stay with it, and <c>causationid</c> names that event.
/// </summary>
internal sealed record EventReply(EventMode Mode, CloudEvent? Cause)
{
    public const string Type = "io.lorafaas.function.reply";
    private const string CausationId = "causationid";

    /// <summary>Null: the caller sent no event and asked for none.</summary>
    public static EventReply? For(IHeaderDictionary headers, EventCall? call)
    {
        var mode = EventReader.WantsStructured(headers) ? EventMode.Structured : call?.Mode;
        return mode is { } wanted ? new EventReply(wanted, call?.Event) : null;
    }

    public CloudEvent Make(Invocation invocation, string contentType) => new()
    {
        Id = invocation.CallId.Value,
        Source = $"/function/{invocation.Route!.Function}",
        Type = Type,
        Subject = Cause?.Subject,
        Time = (invocation.StartedAt + invocation.Elapsed).UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        DataContentType = contentType,
        Extensions = Extensions(),
    };

    private SortedDictionary<string, AttributeValue> Extensions()
    {
        var kept = new SortedDictionary<string, AttributeValue>(StringComparer.Ordinal);

        if (Cause is null)
        {
            return kept;
        }

        foreach (var (name, value) in Cause.Extensions)
        {
            kept[name] = value;
        }

        kept[CausationId] = AttributeValue.Of(Cause.Id);
        return kept;
    }
}
