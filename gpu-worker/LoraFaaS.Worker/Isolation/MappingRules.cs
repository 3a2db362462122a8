using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// Which calls about memory are attempts on the backbone. The seal refuses them whatever is said here; a descriptor may be another one by the time
/// the kernel looks at it, and then only the line in the log is wrong.
/// </summary>
internal static class MappingRules
{
    private const ulong Write = 2, Execute = 4, HugePages = 0x40000;
    private const string Sealed = "/memfd:backbone-";

    /// <summary>True for a call that is not to be let through.</summary>
    public static bool IsAttempt(AskedCall call) => call.Call switch
    {
        // Huge pages are the machine's, and counted by no limit of a process.
        SystemCall.Mmap => (call.Argument3 & HugePages) != 0 || IsAttempt(call.Argument0, call.Argument2, call.Argument3, LinkOf(call.ThreadId, (int)call.Argument4)),
        SystemCall.Write or SystemCall.Writev => IsBackbone(LinkOf(call.ThreadId, (int)call.Argument0)),
        SystemCall.Mprotect or SystemCall.Mremap => true,
        _ => false,
    };

    /// <summary>A second mapping elsewhere would not be seen when it is changed, so that there is one place for it.</summary>
    internal static bool IsAttempt(ulong address, ulong access, ulong flags, string? file) =>
        IsBackbone(file) && ((access & (Write | Execute)) != 0 || !GuardedWindow.Holds(address, flags));

    private static bool IsBackbone(string? file) => file is not null && file.StartsWith(Sealed, StringComparison.Ordinal);

    internal static string? LinkOf(int threadId, int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/{threadId}/fd/{descriptor}").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
