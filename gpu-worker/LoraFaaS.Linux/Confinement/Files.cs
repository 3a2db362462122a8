using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>What the calling thread, with its user and rules, may read.</summary>
public static class Files
{
    private const int CloseOnExec = 0x80000;

    public static bool CanRead(string path)
    {
        var descriptor = LibC.open(path, CloseOnExec, 0);

        if (descriptor < 0)
        {
            return false;
        }

        LibC.close(descriptor);
        return true;
    }
}
