namespace LoraFaaS.Worker.Control;

/// <summary>What keeps sandboxes apart on this machine beyond being processes, and what does not: told to the controller and on /healthz, never skipped silently.</summary>
internal static class IsolationReport
{
    /// <summary>Measures of the design that sandboxes of this worker run without.</summary>
    public static IReadOnlyList<string> NotEnforced { get; } =
    [
        "sandbox: private view of the file system (Landlock) is not enforced",
        "sandbox: system call filter (seccomp) is not enforced",
        "sandbox: network namespace is not enforced",
        "sandbox: memory and CPU limits (cgroup v2) are not enforced",
    ];
}
