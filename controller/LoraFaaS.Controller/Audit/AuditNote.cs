namespace LoraFaaS.Controller.Audit;

/// <summary>What a request asks to change, noted by the handler as soon as it knows. The names only, never a value.</summary>
internal sealed record AuditNote(string Action, string Target)
{
    private static readonly object Key = new();

    /// <summary>Nothing was changed and nothing refused that is worth a record.</summary>
    private static readonly AuditNote None = new("", "");

    public bool IsNone => ReferenceEquals(this, None);

    public static AuditNote? Of(HttpContext context) => context.Items[Key] as AuditNote;

    public static void Set(HttpContext context, string action, string target) => context.Items[Key] = new AuditNote(action, target);

    /// <summary>The request turned out to be a question.</summary>
    public static void Drop(HttpContext context) => context.Items[Key] = None;
}
