using System.Text;

namespace LoraFaaS.Linux.Calls;

/// <summary>Turns our names of system calls into the kernel's: ProcessVmReadv is process_vm_readv.</summary>
internal static class CallNames
{
    internal static string Of(SystemCall call)
    {
        var ours = call.ToString();
        var name = new StringBuilder(ours.Length + 4);

        for (var i = 0; i < ours.Length; i++)
        {
            if (i > 0 && char.IsUpper(ours[i]))
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(ours[i]));
        }

        return name.ToString();
    }
}
