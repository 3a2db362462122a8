namespace LoraFaaS.Controller.Packages;

/// <summary>A folder of this user's alone that lives as long as one package is looked at. A killed process leaves it behind.</summary>
internal sealed class PackageWorkFolder : IDisposable
{
    private PackageWorkFolder(string path) => Path = path;

    public string Path { get; }

    public static PackageWorkFolder Create(string parent)
    {
        var root = parent.Length > 0 ? Directory.CreateDirectory(parent).FullName : System.IO.Path.GetTempPath();
        var path = System.IO.Path.Combine(root, $"lorafaas-package-{Guid.NewGuid():N}");
        return new PackageWorkFolder(Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
