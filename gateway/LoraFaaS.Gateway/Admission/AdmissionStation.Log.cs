namespace LoraFaaS.Gateway.Admission;

internal sealed partial class AdmissionStation
{
    [LoggerMessage(2101, LogLevel.Error, "Invocation {CallId} failed unexpectedly")]
    private partial void LogUnexpected(Exception exception, string callId);
}
