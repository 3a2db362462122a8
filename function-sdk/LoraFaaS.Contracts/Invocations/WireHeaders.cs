namespace LoraFaaS.Contracts.Invocations;

/// <summary>Headers by their wire names. Those under <c>X-Lorafaas-</c> never leave the platform inwards unchecked: the door removes a caller's.</summary>
public static class WireHeaders
{
    public const string CallId = "X-Call-Id";

    /// <summary>Unix nanoseconds, UTC.</summary>
    public const string StartTime = "X-Start-Time";

    public const string DurationSeconds = "X-Duration-Seconds";
    public const string ServedBy = "X-Served-By";

    /// <summary>Milliseconds left of the one deadline; each hop turns it into an instant on its own clock.</summary>
    public const string TimeLeft = "X-Lorafaas-Time-Left-Ms";

    /// <summary>The shared secret between the platform's own processes.</summary>
    public const string InternalToken = "X-Lorafaas-Token";

    /// <summary>The user the gateway authenticated, for the controller's audit log.</summary>
    public const string AuthenticatedUser = "X-Lorafaas-User";

    /// <summary>The cold-start account: <c>queue=1.2,sandbox=0,map=0,kernels=0,adapter=3.4,prefill=5.6;tier=disk</c>, ms.</summary>
    public const string ColdStart = "X-Lorafaas-Cold-Start";

    /// <summary>Where an asynchronous call's answer is posted to.</summary>
    public const string CallbackUrl = "X-Callback-Url";

    public const string FunctionStatus = "X-Function-Status";
    public const string FunctionName = "X-Function-Name";

    /// <summary><c>sha256=</c> and the HMAC of what a callback carries, in hex; see <c>CallbackSignature</c>.</summary>
    public const string Signature = "X-Lorafaas-Signature";

    /// <summary>A caller's own name for a conversation: while the split stays as it is, all its calls meet the same revision.</summary>
    public const string SessionId = "X-Session-Id";

    /// <summary><c>low</c> or <c>normal</c>: a caller may wait behind others of its namespace that are more urgent. Never more than the key's or the function's own priority.</summary>
    public const string Priority = "X-Priority";

    /// <summary>The revision that answered.</summary>
    public const string Revision = "X-Lorafaas-Revision";
    public const string Worker = "X-Lorafaas-Worker";
}
