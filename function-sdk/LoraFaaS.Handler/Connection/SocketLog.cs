using LoraFaaS.Functions;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Connection;

/// <summary>A function's log lines over the socket. A full outbox loses lines rather than time.</summary>
internal sealed class SocketLog(Outbox outbox) : IFunctionLog
{
    public void Write(FunctionLogLevel level, string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        var prefix = level switch
        {
            FunctionLogLevel.Warning => "warning: ",
            FunctionLogLevel.Error => "error: ",
            _ => "",
        };
        var line = prefix + text.ReplaceLineEndings(" ");
        outbox.TrySend(new FromHandler { Log = new LogLine { Text = line.Length > HandlerLimits.MaxLineChars ? line[..HandlerLimits.MaxLineChars] : line } });
    }
}
