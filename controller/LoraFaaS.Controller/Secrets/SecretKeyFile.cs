using LoraFaaS.ControlPlane.Secrets;
using LoraFaaS.ServiceDefaults.Hosting;

namespace LoraFaaS.Controller.Secrets;

/// <summary>Reads the keys that seal secrets. A file that others than its owner and group can read is refused: it opens every secret.</summary>
internal static class SecretKeyFile
{
    private const string Option = "Controller:SecretsKeyFile";

    private const UnixFileMode TooOpen = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <exception cref="HostStartException">It cannot be used.</exception>
    public static SecretKeyRing Load(string path)
    {
        if (path.Length == 0)
        {
            return SecretKeyRing.Empty;
        }

        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & TooOpen) != 0)
            {
                throw new HostStartException($"{Option}: {path} can be read or written by others; run chmod 600 on it.");
            }

            return SecretKeyRing.TryParse(File.ReadAllText(path), out var ring, out var problem)
                ? ring
                : throw new HostStartException($"{Option}: {path}: {problem}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostStartException($"{Option}: {failure.Message}", failure);
        }
    }
}
