using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace LoraFaaS.Sandbox.Diagnostics;

/// <summary>
/// JSON lines on standard error, which the worker reads and puts into its own log. Small on purpose: the logging framework and its
/// configuration would be a tenth of this process's private memory. Safe for several threads.
/// </summary>
internal sealed class JsonLog(Stream output, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    public void Information(string message, params ReadOnlySpan<(string Name, object? Value)> fields) => Write("Information", message, null, fields);

    public void Warning(string message, params ReadOnlySpan<(string Name, object? Value)> fields) => Write("Warning", message, null, fields);

    public void Error(string message, Exception? exception, params ReadOnlySpan<(string Name, object? Value)> fields) => Write("Error", message, exception, fields);

    private void Write(string level, string message, Exception? exception, ReadOnlySpan<(string Name, object? Value)> fields)
    {
        lock (_gate)
        {
            _buffer.ResetWrittenCount();

            using (var json = new Utf8JsonWriter(_buffer))
            {
                json.WriteStartObject();
                json.WriteString("timestamp", time.GetUtcNow());
                json.WriteString("level", level);
                json.WriteString("category", "LoraFaaS.Sandbox");
                json.WriteString("message", message);

                foreach (var (name, value) in fields)
                {
                    json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                }

                if (exception is not null)
                {
                    json.WriteString("exception", exception.ToString());
                }

                json.WriteEndObject();
            }

            _buffer.Write("\n"u8);

            try
            {
                output.Write(_buffer.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // The reader of our log is gone. Streams that still run matter more than lines nobody can read.
            }
        }
    }
}
