using LoraFaaS.Contracts.Invocations;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Audit;

/// <summary>
/// Every request that changes something, or tried to: who, what, and how it ended, as a line of log and in the durable audit log. The
/// record is stored before the answer leaves, so what a caller was told has happened is on record.
/// </summary>
internal sealed partial class AuditStation(RequestDelegate next, IAuditStore store, TimeProvider time, ILogger<AuditStation> logger)
{
    private const int MaxText = 512;

    private readonly ILogger _logger = logger;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;

        // Workers' and gateways' own calls are POSTs over HTTP/2 and change nothing by themselves.
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Protocol == "HTTP/2")
        {
            return next(context);
        }

        context.Response.OnStarting(RecordAsync, context);
        return next(context);
    }

    private async Task RecordAsync(object state)
    {
        var context = (HttpContext)state;
        var note = AuditNote.Of(context) ?? new AuditNote(context.Request.Method, context.Request.Path);

        if (note.IsNone)
        {
            return;
        }

        var user = context.Request.Headers[WireHeaders.AuthenticatedUser].ToString();
        var record = new AuditRecord(
            time.GetUtcNow(), Clean(user.Length > 0 ? user : "internal"), Clean(note.Action), Clean(note.Target), context.Response.StatusCode);

        LogChange(record.User, record.Action, record.Target, record.Status);

        try
        {
            // Not the caller's token: one who leaves after a change must not leave it unrecorded.
            await store.AppendAsync(record, CancellationToken.None);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or IOException)
        {
            // The change is done and cannot be taken back; the line above is what is left of its record.
            LogNotStored(exception.Message, record.User, record.Action, record.Target, record.Status);
        }
    }

    /// <summary>A zero character is one that Postgres cannot hold; the rest keeps a record one line.</summary>
    private static string Clean(string text)
    {
        var line = OneLine.Clean(text);
        return line.Length <= MaxText ? line : line[..MaxText];
    }

    [LoggerMessage(2711, LogLevel.Information, "User {User}: {Action} {Target} answered {Status}")]
    private partial void LogChange(string user, string action, string target, int status);

    [LoggerMessage(2712, LogLevel.Error, "The audit log could not take a record ({Message}): user {User}, {Action} {Target}, answered {Status}")]
    private partial void LogNotStored(string message, string user, string action, string target, int status);
}
