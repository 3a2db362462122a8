using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Support;

internal static class TempFolderContent
{
    extension(TempFolder folder)
    {
        public string Write(string name, ReadOnlySpan<byte> content)
        {
            var path = folder.File(name);
            System.IO.File.WriteAllBytes(path, content);
            return path;
        }
    }
}
