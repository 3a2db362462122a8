using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoraFaaS.Functions;

/// <summary>
/// An invocation's answer. Status and headers go out with the first bytes and cannot be changed after; every write reaches the caller as soon as
/// the caller reads, and waits when it does not. Writes come one after the other.
/// </summary>
/// <param name="body">Where bytes go. In tests a <see cref="MemoryStream"/>.</param>
public sealed class FunctionResponse(Stream body)
{
    private int _status = 200;

    /// <summary>From 200 to 599; 200 at first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public int StatusCode
    {
        get => _status;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 200);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 599);
            _status = value;
        }
    }

    /// <summary>The body's media type; text at first.</summary>
    public string ContentType { get; set; } = "text/plain; charset=utf-8";

    /// <summary>Further headers, names without regard to case. Those that belong to the connection or to the platform are dropped at the door.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The bytes of the answer.</summary>
    public Stream Body { get; } = body;

    /// <summary>Writes text as UTF-8.</summary>
    public Task WriteAsync(string text, CancellationToken cancellationToken = default) =>
        Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();

    /// <summary>Makes the answer one JSON value: sets <see cref="ContentType"/> to application/json and writes it.</summary>
    public Task WriteJsonAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ContentType = "application/json; charset=utf-8";
        return Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken).AsTask();
    }
}
