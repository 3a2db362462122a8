using System.Text.Json;

namespace LoraFaaS.Samples.Tickets;

/// <summary>Where a ticket goes.</summary>
/// <param name="Queue">One of the known queues.</param>
/// <param name="Priority">low, normal, high or urgent.</param>
/// <param name="AnswerWithinHours">What the priority promises.</param>
public sealed record TicketRoute(string Queue, string Priority, int AnswerWithinHours)
{
    private static readonly HashSet<string> Queues = new(StringComparer.Ordinal) { "account", "billing", "sales", "shipping", "technical", "returns" };

    private static readonly Dictionary<string, int> Hours = new(StringComparer.Ordinal) { ["urgent"] = 1, ["high"] = 4, ["normal"] = 24, ["low"] = 72 };

    /// <summary>Null when the text is not JSON of the expected shape, or names something unknown.</summary>
    public static TicketRoute? TryParse(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);

            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("queue", out var queue) && queue.ValueKind is JsonValueKind.String && Queues.Contains(queue.GetString()!)
                && root.TryGetProperty("priority", out var priority) && priority.ValueKind is JsonValueKind.String && Hours.TryGetValue(priority.GetString()!, out var hours)
                    ? new TicketRoute(queue.GetString()!, priority.GetString()!, hours)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
