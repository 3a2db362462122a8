namespace LoraFaaS.Controller.Audit;

/// <summary>What a request asks to change, noted by the handler as soon as it knows. The names only, never a value.</summary>
internal sealed record AuditNote(string Action, string Target)
{
    private static readonly object Key = new();

    public static AuditNote? Of(HttpContext context) => context.Items[Key] as AuditNote;

    public static void Set(HttpContext context, string action, string target) => context.Items[Key] = new AuditNote(action, target);
}
