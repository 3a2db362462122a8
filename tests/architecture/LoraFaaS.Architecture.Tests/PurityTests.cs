namespace LoraFaaS.Architecture.Tests;

/// <summary>LoraFaaS.Policies decides and does nothing: no clock, no chance of its own, no I/O, no tasks, no logging.</summary>
public sealed class PurityTests
{
    private static readonly string[] ImpureNamespaces =
    [
        "System.Threading.", "System.IO.", "System.Net.", "System.Data.", "System.Diagnostics.Metrics.", "Microsoft.Extensions.", "Microsoft.AspNetCore.", "System.Reflection.Emit.",
        "System.Security.Cryptography.RandomNumberGenerator", "System.Runtime.InteropServices.Marshal",
    ];

    private static readonly string[] ImpureTypes =
    [
        "System.TimeProvider", "System.Console", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process", "System.Diagnostics.Activity", "System.AppContext", "System.GC",
    ];

    private static readonly string[] ImpureMembers =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Random::get_Shared", "System.Random::.ctor/0", "System.Guid::NewGuid", "System.Guid::CreateVersion7",
    ];

    /// <summary>What the compiler puts into an iterator.</summary>
    private const string IteratorsThread = "System.Environment::get_CurrentManagedThreadId";

    [Fact]
    public void Policies_use_no_type_that_acts_waits_or_reads_a_clock()
    {
        using var policies = new AssemblyReader("LoraFaaS.Policies.dll");

        Assert.DoesNotContain(policies.UsedTypes(), IsImpure);
    }

    [Fact]
    public void Policies_use_no_member_that_gives_another_answer_the_next_time()
    {
        using var policies = new AssemblyReader("LoraFaaS.Policies.dll");

        Assert.DoesNotContain(policies.UsedMembers(), member =>
            ImpureMembers.Contains(member) || member.StartsWith("System.Environment::", StringComparison.Ordinal) && member != IteratorsThread);
    }

    [Fact]
    public void The_check_sees_what_it_is_for()
    {
        // This assembly of tests is anything but pure: a reader that finds nothing in it finds nothing at all.
        using var impure = new AssemblyReader("LoraFaaS.TestKit.dll");

        Assert.Contains("System.TimeProvider", impure.UsedTypes().Where(IsImpure));
        Assert.Contains(impure.UsedTypes(), type => type.StartsWith("System.Threading.Tasks.Task", StringComparison.Ordinal));
    }

    private static bool IsImpure(string type) =>
        ImpureTypes.Contains(type) || ImpureNamespaces.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal));
}
