using System.Net;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Client;

/// <summary>The platform refused a request or could not be reached. The message is meant for the person who made the request.</summary>
public sealed class LoraFaaSException : Exception
{
    public LoraFaaSException(string message, HttpStatusCode? status, ErrorCode? code, string? field, Exception? inner)
        : base(message, inner)
    {
        Status = status;
        Code = code;
        Field = field;
    }

    /// <summary>The HTTP status; null when no response came.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The stable code, where the answer carried one.</summary>
    public ErrorCode? Code { get; }

    /// <summary>The field at fault, where the answer named one.</summary>
    public string? Field { get; }

    /// <summary>When to come again, where the answer said so (429, 503).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>No connection could be made, so nothing was done.</summary>
    public bool Unreachable => Status is null;
}
