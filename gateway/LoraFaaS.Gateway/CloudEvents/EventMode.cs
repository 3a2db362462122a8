namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>How an event lies in an HTTP message.</summary>
internal enum EventMode
{
    /// <summary>Attributes in <c>ce-</c> headers, data as the body.</summary>
    Binary = 0,

    /// <summary>Everything in one JSON object.</summary>
    Structured = 1,
}
