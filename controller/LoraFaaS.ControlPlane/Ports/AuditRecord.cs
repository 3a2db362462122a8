namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Who asked for which change, when, and the HTTP status it ended in. Names only: nothing here is secret.</summary>
public sealed record AuditRecord(DateTimeOffset At, string User, string Action, string Target, int Status);
