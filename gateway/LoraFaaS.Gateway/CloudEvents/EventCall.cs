namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>An event that calls a function: its context, how it came, and the data in it with the type the function is to read it as.</summary>
internal sealed record EventCall(CloudEvent Event, EventMode Mode, ReadOnlyMemory<byte> Data, string? DataType);
