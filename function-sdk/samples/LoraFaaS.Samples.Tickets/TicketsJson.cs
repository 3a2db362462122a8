using System.Text.Json.Serialization;

namespace LoraFaaS.Samples.Tickets;

/// <summary>The shapes of this function's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TicketRoute))]
[JsonSerializable(typeof(RouteFailure))]
internal sealed partial class TicketsJson : JsonSerializerContext;
